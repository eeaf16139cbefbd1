#include "analyzer/logs/innodb_trx.h"

#include <array>

#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

/// What a thread says that it does (sql/mysqld.cc: stage_*, THD::proc_info), as far as such threads wait for row locks.
/// The thread line has no separators: this list tells where the user's name ends.
constexpr std::array stages{
    "Applying batch of row changes (delete)",
    "Applying batch of row changes (update)",
    "Applying batch of row changes (write)",
    "Applying batch of row changes",
    "Copying to tmp table",
    "Creating sort index",
    "Delete_rows_log_event::find_row()",
    "Execution of init_command",
    "Filling schema table",
    "Init for update",
    "Opening tables",
    "Reading event from the relay log",
    "Searching rows for update",
    "Sending data",
    "Sending to client",
    "Sorting result",
    "System lock",
    "Table lock",
    "Unlocking tables",
    "Update",
    "Update_rows_log_event::find_row()",
    "Updating",
    "User lock",
    "Waiting for table metadata lock",
    "Write_rows_log_event::write_row()",
    "Writing to net",
    "altering table",
    "checking permissions",
    "cleaning up",
    "closing tables",
    "committing",
    "copy to tmp table",
    "deleting from main table",
    "deleting from reference tables",
    "end",
    "end of update loop",
    "executing",
    "freeing items",
    "init",
    "login",
    "optimizing",
    "preparing",
    "query end",
    "removing duplicates",
    "rename",
    "rolling back",
    "starting",
    "statistics",
    "store",
    "update",
    "updating",
    "updating main table",
    "updating reference tables",
    "waiting for handler commit",
};

/// The longest stage that stands at the end of `text`, after a blank or alone.
std::string_view stage_at_end(std::string_view text) {
  std::string_view best;
  for (const std::string_view stage : stages) {
    if (!text.ends_with(stage) || stage.size() <= best.size()) continue;
    const bool alone = text.size() == stage.size();
    if (alone || is_blank(text[text.size() - stage.size() - 1])) best = stage;
  }
  return best;
}

bool looks_like_ip(std::string_view word) {
  std::size_t dots = 0, colons = 0;
  for (const char c : word) {
    dots += c == '.';
    colons += c == ':';
    const bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!hex && c != '.' && c != ':') return false;
  }
  return dots == 3 || colons >= 2;
}

/// `[host] [ip] [user] [stage]`, each of which may be missing: `app@localhost`.
std::string user_of(std::string_view text) {
  text = trim(text);
  text = trim_right(text.substr(0, text.size() - stage_at_end(text).size()));
  const std::string_view host = take_word(text);
  text = trim_left(text);
  std::string_view rest = text;
  if (looks_like_ip(take_word(rest))) text = trim_left(rest);
  if (text.empty()) return {};
  return std::string(text) + "@" + std::string(host);
}

std::optional<std::uint64_t> number_before(std::string_view line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  std::size_t begin = at;
  while (begin > 0 && is_digit(line[begin - 1])) --begin;
  if (begin == at) return std::nullopt;
  return to_number(line.substr(begin, at - begin));
}

std::optional<std::uint64_t> number_after(std::string_view line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + word.size());
  const std::string_view digits = take_digits(line);
  if (digits.empty()) return std::nullopt;
  return to_number(digits);
}

bool starts_state(std::string_view text) {
  for (const std::string_view state : {"ACTIVE", "not started", "COMMITTED", "forced rollback", "state ", "process no"})
    if (text.starts_with(state)) return true;
  return false;
}

}  // namespace

bool read_trx_line(std::string_view line, PrintedTrx& trx) {
  if (!take(line, "TRANSACTION ")) return false;
  const std::size_t comma = line.find(", ");
  if (comma == std::string_view::npos) return false;
  const std::string_view id = line.substr(0, comma);
  line.remove_prefix(comma + 2);
  if (id.empty() || !starts_state(line)) return false;
  trx.id = id;
  trx.process_number = contains(line, "process no");
  // `ACTIVE 13 sec inserting, thread declared inside InnoDB 1`
  const std::size_t seconds = line.find(" sec ");
  if (seconds == std::string_view::npos) return true;
  line.remove_prefix(seconds + 5);
  trx.doing = trim(line.substr(0, line.find(',')));
  return true;
}

bool read_trx_state(std::string_view line, PrintedTrx& trx) {
  if (line.starts_with("mysql tables in use") || line.starts_with("mariadb tables in use")) return true;
  if (const auto structs = number_before(line, " lock struct(s)")) {
    trx.lock_structs = structs;
  } else if (!line.starts_with(", undo log entries")) {
    return false;
  }
  trx.lock_wait = line.starts_with("LOCK WAIT");
  trx.heap_size = number_after(line, "heap size ");
  // The server leaves out what is 0.
  trx.undo_entries = number_after(line, "undo log entries ").value_or(0);
  return true;
}

bool read_thread_line(std::string_view line, PrintedTrx& trx, bool& wrapped) {
  if (take(line, "MariaDB thread id ")) {
    trx.mariadb = true;
  } else if (!take(line, "MySQL thread id ")) {
    return false;
  }
  const std::string_view thread = take_digits(line);
  if (thread.empty() || !line.starts_with(",")) return false;  // cut
  trx.thread = thread;
  const std::size_t query = line.find("query id ");
  if (query == std::string_view::npos) return true;
  line.remove_prefix(query + std::string_view("query id ").size());
  take_digits(line);
  wrapped = trim(line).empty();
  trx.user = user_of(line);
  return true;
}

bool read_thread_rest(std::string_view line, PrintedTrx& trx) {
  if (line.size() > 200 || stage_at_end(line).empty()) return false;
  const std::string_view first = line.substr(0, line.find(' '));
  if (first != "localhost" && !looks_like_ip(first) && !contains(first, ".")) return false;
  trx.user = user_of(line);
  return true;
}

std::size_t statement_limit(const PrintedTrx& trx) {
  // One buffer for both: 1024 bytes with the final NUL in MySQL (innobase_mysql_print_thd), 3072 in MariaDB since 10.6.
  return trx.mariadb ? 3071 : 1023;
}

}  // namespace gridlock::logs
