#pragma once
/// The words that begin the parts of a PostgreSQL log record, in every language that PostgreSQL 13 to 18 speaks
/// (src/backend/po/*.po; printed by write_to_server_log, src/backend/utils/error/elog.c).
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gridlock::logs {

enum class Label : std::uint8_t { severity, detail, hint, query, context, statement, location, backtrace };

struct LabelledLine {
  std::string_view prefix;  ///< what log_line_prefix printed
  Label label = Label::severity;
  std::string_view text;  ///< behind the label
};

/// `<prefix>LABEL:  text`, whatever the prefix. Clients print a single blank, and `Detail:` for `DETAIL:`.
std::optional<LabelledLine> read_label(std::string_view line);

/// Whether a message says "deadlock detected", in any of the languages.
bool says_deadlock(std::string_view message);

}  // namespace gridlock::logs
