#pragma once
/// Reads excerpts of one log, of whatever flavours: one file may hold several.
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/logs/flavour.h"

namespace gridlock::logs {

/// Whether a record of PostgreSQL's structured logs (csv, json) begins with this line.
bool is_postgres_record(std::string_view line);

/// Whether the line begins something new: it is no further line and no further part of a record.
bool begins_record(std::string_view line);

class ExcerptReader {
 public:
  explicit ExcerptReader(Telling& telling);

  /// Returns up to where the excerpt was read: all of it, unless it does not end (`source.ends`).
  std::size_t read(const Source& source);

  /// A line outside of all excerpts. True when a flavour knows it.
  bool notice(std::string_view line);

  /// Whether any flavour has seen something of its own.
  bool recognised() const;

  void finish();
  std::string format() const;  ///< of all flavours seen, ` + ` between them

 private:
  /// Lines of a log whose wrapping was taken off; the unfinished end of an excerpt waits here for the next.
  struct Stream {
    std::string text;
    std::vector<std::uint32_t> numbers;  ///< of the file's lines
    bool open = false;                   ///< the last line goes on
  };

  Flavour* owner_of(std::string_view text) const;
  std::size_t read_plain(const Source& source);
  void unwrap(const Source& source);
  void read_streams(bool ends);

  std::array<std::unique_ptr<Flavour>, 3> flavours_;
  std::map<std::string, Stream> streams_;
  std::string last_stream_;
};

}  // namespace gridlock::logs
