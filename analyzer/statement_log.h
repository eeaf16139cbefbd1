#pragma once
/// The statements that a server has logged, session by session: PostgreSQL's log with `log_statement` (stderr, csv and
/// json), MySQL's general log, and gridlock's own traces.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/problem.h"

namespace gridlock {

/// One transaction of one session, as logged: its statements from the first one after BEGIN (or autocommit) to the one
/// before COMMIT or ROLLBACK. A statement outside of a transaction is one by itself.
struct LoggedTransaction {
  std::string session;
  std::vector<std::string> statements;
  friend bool operator==(const LoggedTransaction&, const LoggedTransaction&) = default;
};

struct ReadStatements {
  std::vector<LoggedTransaction> transactions;  ///< in the order of their ends
  std::string format;   ///< `postgresql-stderr`, `postgresql-csvlog`, `postgresql-jsonlog`, `mysql-general`,
                        ///< `gridlock-trace`; empty: no known one
  std::string dialect;  ///< "postgres" or "mysql"
  std::string schema;   ///< of a trace
  std::uint64_t lines = 0;
  std::uint64_t statements = 0;
  std::uint64_t skipped = 0;  ///< statements with parameters that the log does not tell
  Problems problems;
};

ReadStatements read_statement_log(std::string_view text, const std::string& file);

}  // namespace gridlock
