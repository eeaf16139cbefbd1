#include "model/problem.h"

#include <algorithm>
#include <cstddef>

namespace gridlock {
namespace {

constexpr std::size_t longest_word = 64;  // nobody misspells a longer one, and the distance is quadratic

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Damerau-Levenshtein distance (optimal string alignment), letters in either case alike: insertion, deletion,
/// substitution and the exchange of two neighbours count one each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool exchanged = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (exchanged) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

/// Of the word that was meant: one slip in a short one, two in a longer one, three in a long one; of two letters none.
std::size_t slips_allowed(std::size_t length) { return length <= 2 ? 0 : length <= 4 ? 1 : length <= 8 ? 2 : 3; }

/// Half of a word may not be wrong.
bool is_meant(std::string_view word, const std::string& candidate, std::size_t distance) {
  return distance <= slips_allowed(candidate.size()) && distance * 2 <= word.size();
}

}  // namespace

std::string to_string(const Where& where) {
  std::string text = where.file;
  for (const int part : {where.line, where.column}) {
    if (part == 0) break;
    if (!text.empty()) text += ':';
    text += std::to_string(part);
  }
  return text;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > longest_word) return {};
  std::string best;
  std::size_t best_distance = longest_word;
  for (const auto& candidate : candidates) {
    if (candidate.size() > word.size() + 3 || word.size() > candidate.size() + 3) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance || !is_meant(word, candidate, distance)) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

}  // namespace gridlock
