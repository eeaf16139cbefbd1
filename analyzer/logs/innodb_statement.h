#pragma once
/// Where the statement of a printed transaction ends.
///
/// The statement is the user's text, printed raw: it may contain blank lines and whole forged reports. What ends it is
/// a title followed by a lock that names this very transaction, within the length that the server keeps of a statement.
#include <string>

#include "analyzer/logs/innodb_trx.h"
#include "analyzer/logs/text.h"

namespace gridlock::logs {

struct StatementPlace {
  std::string text;    ///< trimmed, without the log's margin
  Cursor end;          ///< at the line after it
  bool ended = false;  ///< false: the log ends before the statement does
  bool cut = false;    ///< as long as the server keeps: the rest is missing
};

/// REQUIRES: `begin` stands behind the thread line, which was `thread_line` long (without margin) and had `margin`
/// blanks.
StatementPlace read_statement(const Cursor& begin, const PrintedTrx& trx, std::uint32_t label, bool titled,
                              std::size_t thread_line, std::size_t margin);

}  // namespace gridlock::logs
