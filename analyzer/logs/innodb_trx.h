#pragma once
/// A transaction as InnoDB prints it (storage/innobase/trx/trx0trx.cc: trx_print_low; sql/sql_class.cc:
/// thd_security_context).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gridlock::logs {

struct PrintedTrx {
  std::string id;      ///< as printed: `4711`, `4F3D6D24`, `0 3793488`, `(0x7f..)`
  std::string doing;   ///< `inserting`, `starting index read`, ...; empty when nothing is said
  std::string thread;  ///< the connection's number
  std::string user;    ///< `app@localhost`
  std::string statement;
  std::uint32_t line = 0;
  bool mariadb = false;
  bool lock_wait = false;
  bool statement_cut = false;   ///< as long as the server keeps: the rest is missing
  bool process_number = false;  ///< `process no`: 5.0 and 5.1
  std::optional<std::uint64_t> lock_structs, undo_entries, heap_size;
};

/// `TRANSACTION 4711, ACTIVE 3 sec inserting`; false when the line is another, or cut.
bool read_trx_line(std::string_view line, PrintedTrx& trx);

/// `LOCK WAIT 3 lock struct(s), heap size 1128, 2 row lock(s), undo log entries 1`, or `mysql tables in use 1, locked
/// 1`.
bool read_trx_state(std::string_view line, PrintedTrx& trx);

/// `MySQL thread id 10, OS thread handle 140021353326272, query id 143 localhost root updating`.
/// `wrapped` becomes true when the line ends with the query's number, as in logs that an editor has wrapped.
bool read_thread_line(std::string_view line, PrintedTrx& trx, bool& wrapped);

/// The second half of a wrapped thread line: `localhost 127.0.0.1 app updating`. False when it is something else.
bool read_thread_rest(std::string_view line, PrintedTrx& trx);

/// The length of text that the server keeps of a thread line and its query together.
std::size_t statement_limit(const PrintedTrx& trx);

}  // namespace gridlock::logs
