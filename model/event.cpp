#include "model/event.h"

#include <array>

namespace gridlock {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 7> outcome_words = {
    "done", "waits", "deadlock", "lock timeout", "serialization failure", "error", "skipped"};
constexpr std::array<std::string_view, 3> proof_words = {"reported", "observed", "inferred"};

template <typename Enum, std::size_t n>
std::optional<Enum> find(const std::array<std::string_view, n>& words, std::string_view word) {
  for (std::size_t i = 0; i < n; ++i)
    if (words[i] == word) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Outcome outcome) { return outcome_words[static_cast<std::size_t>(outcome)]; }
std::optional<Outcome> outcome(std::string_view word) { return find<Outcome>(outcome_words, word); }

std::string_view to_string(Proof proof) { return proof_words[static_cast<std::size_t>(proof)]; }
std::optional<Proof> proof(std::string_view word) { return find<Proof>(proof_words, word); }

}  // namespace gridlock
