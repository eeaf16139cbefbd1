#pragma once
/// A kind of log that gridlock reads. A new one is a class like these and a line of the table in excerpt.cpp.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "analyzer/analyzer.h"
#include "analyzer/log_reader.h"
#include "analyzer/logs/telling.h"

namespace gridlock::logs {

/// A piece of a log: whole lines, at least in its beginning.
struct Source {
  std::string_view text;
  std::uint32_t first_line = 1;            ///< the file's line number of the first
  std::span<const std::uint32_t> numbers;  ///< of each line, where the text was unwrapped from the file; else empty
  bool ends = true;                        ///< false: the text goes on behind, so its last record may be unfinished
};

/// Reads one kind of log from excerpts, in the order of the file. Keeps between them what they say of each other.
class Flavour {
 public:
  Flavour() = default;
  Flavour(const Flavour&) = delete;
  Flavour& operator=(const Flavour&) = delete;
  virtual ~Flavour() = default;

  /// Whether only this kind of log has such a line. The first line of an excerpt that any flavour knows decides: what
  /// stands later may be quoted in somebody's statement.
  virtual bool is_own_line(std::string_view line) const = 0;

  /// Reads the excerpt, and returns up to where: to its end, to a line of another kind of log, or to the beginning of a
  /// record that may go on behind the excerpt.
  virtual std::size_t read(const Source& source) = 0;

  /// A line outside of all excerpts, which was found to be its own.
  virtual void notice(std::string_view line) = 0;

  /// Nothing follows.
  virtual void finish() = 0;

  /// `innodb-status`, `postgresql-csvlog`; empty while nothing of its own was seen.
  virtual std::string format() const = 0;
};

std::unique_ptr<Flavour> innodb_flavour(Telling& telling);
std::unique_ptr<Flavour> postgres_flavour(Telling& telling);
std::unique_ptr<Flavour> trace_flavour(Telling& telling);

bool is_innodb_line(std::string_view line);
bool is_postgres_line(std::string_view line);
bool is_trace_line(std::string_view line);

}  // namespace gridlock::logs
