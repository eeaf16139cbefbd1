#include "analyzer/logs/report_shapes.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "analyzer/logs/innodb_titles.h"
#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
  return hash ^ hash >> 32;
}

std::uint64_t mix(std::uint64_t hash, std::string_view bytes) {
  hash = mix(hash, bytes.size());
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    hash = mix(hash, word);
    bytes.remove_prefix(8);
  }
  std::uint64_t word = 0;
  if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
  return mix(hash, word);
}

/// Statements that the server cut are told by their length, which a shape does not keep.
constexpr std::size_t longest_statement = 800;

/// The hash of a report, line by line.
class Hash {
 public:
  void add(std::string_view line) {
    if (line.empty()) {
      value_ = mix(value_, std::uint64_t{1});
      return;
    }
    switch (line.front()) {
      case ' ':
        if (add_field(line)) return;
        break;
      case 'R':
        if (line.starts_with("Record lock, heap no ")) return add_numbers(line, true);
        if (line.starts_with("RECORD LOCKS ")) return add_numbers(line, true);
        break;
      case 'T':
        if (line.starts_with("TABLE LOCK ")) return add_numbers(line, true);
        if (line.starts_with("TRANSACTION ")) {
          statement_ = 0;
          return add_numbers(line, true);
        }
        break;
      case 'm':
        if (line.starts_with("mysql tables in use ")) return add_numbers(line, false);
        break;
      case 'L':
        if (line.starts_with("LOCK WAIT ")) return add_numbers(line, false);
        break;
      case 'M':
        if (line.starts_with("MySQL thread id ")) return add_numbers(line, false);
        if (line.starts_with("MariaDB thread id ")) told_ = false;  // its weights tell the victim
        break;
      case '*': value_ = mix(value_, line); return;
      default:
        if (!is_digit(line.front())) break;
        if (has_error_log_prefix(line)) return add_message(line);
        if (line.find(" lock struct(s)") < 24) return add_numbers(line, false);
    }
    add_statement(line);
  }

  std::uint64_t value() const { return value_; }
  bool told() const { return told_; }  ///< false: the hash does not tell everything

 private:
  /// ` 0: len 4; hex 80000001; asc     ;;`: its place and its length are the shape, its value is not.
  bool add_field(std::string_view line) {
    if (line.size() < 4 || !is_digit(line[1])) return false;
    const std::size_t end = line.substr(0, 32).find("; hex");
    if (end == std::string_view::npos && line.substr(0, 24).find(": SQL ") == std::string_view::npos) return false;
    value_ = mix(value_, line.substr(0, end));
    return true;
  }

  /// Numbers become their place in the order of first appearance (`named`), or just numbers. Names in quotes stay.
  void add_numbers(std::string_view line, bool named) {
    std::size_t from = 0;
    for (std::size_t i = 0; i < line.size();) {
      const char c = line[i];
      if (c == '`' || c == '"') {
        i = std::min(line.find(c, i + 1), line.size() - 1) + 1;
        continue;
      }
      if (!is_digit(c) || (i > 0 && is_word(line[i - 1]))) {
        ++i;
        continue;
      }
      value_ = mix(value_, line.substr(from, i - from));
      std::size_t end = i + 1;
      while (end < line.size() && is_word(line[end])) ++end;
      value_ = mix(value_, named ? name_of(line.substr(i, end - i)) : std::uint64_t{2});
      from = i = end;
    }
    value_ = mix(value_, line.substr(from));
  }

  std::uint64_t name_of(std::string_view number) {
    // Heap number 1 is the supremum: what is so small keeps its value.
    if (number.size() == 1 && number.front() <= '1') return static_cast<std::uint64_t>(number.front());
    const std::uint64_t value = mix(3, number);
    for (std::size_t i = 0; i < names_; ++i)
      if (numbers_[i] == value) return 256 + i;
    if (names_ == numbers_.size()) {
      told_ = false;
      return 0;
    }
    numbers_[names_] = value;
    return 256 + names_++;
  }

  /// `2026-11-22T03:48:45.939765Z 0 [Note] [MY-012469] [InnoDB]  *** (1) TRANSACTION: `: its time is not the shape.
  void add_message(std::string_view line) {
    const std::string_view body = body_of(line);
    value_ = mix(value_, body);
  }

  void add_statement(std::string_view line) {
    statement_ += line.size() + 1;
    if (statement_ > longest_statement) told_ = false;
    std::size_t from = 0;
    for (std::size_t i = 0; i < line.size();) {
      const char c = line[i];
      std::size_t end = i;
      if (c == '\'') {
        for (end = i + 1; end < line.size() && line[end] != '\''; ++end)
          if (line[end] == '\\') ++end;
        if (end >= line.size()) break;  // it goes on in the next line: taken as it stands
        ++end;
      } else if (is_digit(c) && (i == 0 || !is_word(line[i - 1]))) {
        while (end < line.size() && is_digit(line[end])) ++end;
      }
      if (end == i) {
        ++i;
        continue;
      }
      value_ = mix(mix(value_, line.substr(from, i - from)), std::uint64_t{c == '\'' ? 4U : 2U});
      from = i = end;
    }
    value_ = mix(value_, line.substr(from));
  }

  std::uint64_t value_ = 0x243F6A8885A308D3ULL;
  std::array<std::uint64_t, 256> numbers_;  // only the first `names_` are set
  std::size_t names_ = 0, statement_ = 0;
  bool told_ = true;
};

/// Takes a line from the front, without its line break. False when none is left that is whole.
bool take_line(std::string_view& text, std::string_view& line) {
  const void* found = text.empty() ? nullptr : std::memchr(text.data(), '\n', text.size());
  if (found == nullptr) return false;
  const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
  line = text.substr(0, size);
  if (line.ends_with('\r')) line.remove_suffix(1);
  text.remove_prefix(size + 1);
  return true;
}

/// A row or a field may still belong to the lock before it.
bool goes_on(std::string_view rest) {
  while (rest.starts_with('\n')) rest.remove_prefix(1);
  return rest.empty() || rest.starts_with("Record lock") ||
         (rest.starts_with(' ') && rest.size() > 1 && is_digit(rest[1]));
}

}  // namespace

std::optional<ReportShapes::Match> ReportShapes::match(std::string_view text) const {
  if (handles_.empty()) return std::nullopt;
  Hash hash;
  std::string_view rest = text, line;
  for (std::uint32_t lines = 1; lines < lengths_.size() && take_line(rest, line); ++lines) {
    hash.add(line);
    if (!hash.told()) return std::nullopt;
    if (!lengths_[lines]) continue;
    const auto known = handles_.find(mix(hash.value(), lines));
    if (known != handles_.end() && !goes_on(rest)) return Match{known->second, text.size() - rest.size(), lines};
  }
  return std::nullopt;
}

void ReportShapes::learn(std::string_view report, std::size_t handle) {
  if (handles_.size() >= shapes_kept) return;
  Hash hash;
  std::string_view line;
  std::uint32_t lines = 0;
  while (take_line(report, line)) {
    hash.add(line);
    ++lines;
  }
  if (!report.empty() || lines == 0 || lines > longest || !hash.told()) return;
  if (lengths_.size() <= lines) lengths_.resize(lines + 1);
  lengths_[lines] = true;
  handles_.emplace(mix(hash.value(), lines), handle);
}

}  // namespace gridlock::logs
