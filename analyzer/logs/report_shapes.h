#pragma once
/// Deadlock reports that differ only in their numbers and literals are one shape: the second is counted, not read.
///
/// A log of InnoDB may hold a hundred thousand reports of three shapes. Of each report a hash is made, line by line,
/// with its numbers renamed in the order in which they first appear (so that "the same record" and "the same
/// transaction" stay the same), its literals left out and the values of its records left out. Whatever a fingerprint or
/// a rule looks at is in the hash: tables, indexes, modes, statements, which transaction is rolled back.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gridlock::logs {

class ReportShapes {
 public:
  struct Match {
    std::size_t handle = 0;  ///< as it was learned
    std::size_t size = 0;    ///< of the report's text
    std::uint32_t lines = 0;
  };

  /// The report at the front of `text`, if its shape was learned. REQUIRES: `text` begins with a line of a report.
  std::optional<Match> match(std::string_view text) const;

  /// `report`: its whole lines. What cannot be told by its hash alone is not learned.
  void learn(std::string_view report, std::size_t handle);

 private:
  static constexpr std::size_t shapes_kept = 4096;
  static constexpr std::uint32_t longest = 2000;  ///< lines

  std::unordered_map<std::uint64_t, std::size_t> handles_;
  std::vector<bool> lengths_;  ///< in lines, of the shapes learned
};

}  // namespace gridlock::logs
