// Reads every deadlock report that InnoDB prints: the status text, the error log of MySQL and MariaDB, and what people
// paste of them. The grammar is that of Deadlock_notifier (MySQL) and Deadlock::report (MariaDB) in lock0lock.cc.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "analyzer/logs/flavour.h"
#include "analyzer/logs/innodb_report_reader.h"

namespace gridlock::logs {
namespace {

constexpr std::string_view heading = "LATEST DETECTED DEADLOCK";
constexpr std::string_view banner = "ransactions deadlock detected, dumping";  // `T` or `t`, by version
constexpr std::string_view too_deep = "TOO DEEP OR LONG SEARCH IN THE LOCK TABLE";
constexpr std::string_view monitor = "INNODB MONITOR OUTPUT";
constexpr std::string_view transactions = "LIST OF TRANSACTIONS FOR EACH SESSION";
constexpr std::string_view client_error = "Deadlock found when trying to get lock";
constexpr std::string_view has_waited = "TRX HAS BEEN WAITING ";

/// Anything that is worth a closer look outside of a report has one of these words.
bool may_matter(std::string_view line) {
  return contains(line, "*** ") || contains(line, "TRANSACTION") || contains(line, "DEADLOCK") ||
         contains(line, "eadlock ") || contains(line, "thread id ") || contains(line, "TRX HAS") ||
         contains(line, monitor);
}

class Reader {
 public:
  explicit Reader(const Source& source) : source_(source), cursor_(source.text, source.numbers) {}

  ReadLog read();

 private:
  void look_at(const Cursor& before, const Line& line);
  void announce(const Line& line, std::string_view time);
  void drop_announcement();
  void read_wait(std::string_view body);
  void read_report(const Cursor& before, const Line& line, bool titled);
  std::vector<std::string> alive_behind() const;
  void take(PrintedReport report, std::uint32_t line);
  void problem(std::uint32_t line, std::string message, std::string hint = {});
  void finish();

  const Source& source_;
  Cursor cursor_;
  ReadLog out_;
  std::deque<std::string> joined_;
  struct Announced {
    std::uint32_t line = 0;
    std::string time;
    std::string words;
    bool too_deep = false;
  };
  std::optional<Announced> announced_;  ///< a heading or banner whose report has not come yet
  std::string_view last_time_;          ///< of the last line that began with one
  std::string_view previous_;           ///< body of the last line that was not blank
  std::optional<Cursor> thread_line_;   ///< a thread line outside of a report
  std::uint32_t client_errors_ = 0, first_client_error_ = 0;
  bool status_ = false, error_log_ = false;
};

void Reader::problem(std::uint32_t line, std::string message, std::string hint) {
  out_.ledger.problems.push_back({{source_.file, static_cast<int>(line), 0}, std::move(message), std::move(hint)});
}

void Reader::announce(const Line& line, std::string_view time) {
  drop_announcement();
  ++out_.ledger.markers;
  announced_ = Announced{line.number, std::string(time), excerpt(line.text), false};
  last_time_ = {};
}

/// A deadlock was announced, and no report came.
void Reader::drop_announcement() {
  if (!announced_) return;
  ++out_.ledger.not_understood;
  problem(announced_->line,
          fmt::format("a deadlock is announced here, but its report does not follow: {}", announced_->words),
          "the report may have been cut off, or filtered out of the log");
  announced_.reset();
}

void Reader::read_wait(std::string_view body) {
  body.remove_prefix(body.find(has_waited) + has_waited.size());
  const auto amount = static_cast<double>(to_number(take_digits(body)));
  body = trim_left(body);
  // Seconds in MySQL, microseconds or nanoseconds in MariaDB.
  const double ms = body.starts_with("SEC") ? amount * 1e3 : body.starts_with("us") ? amount / 1e3 : amount / 1e6;
  Line line;
  if (!cursor_.next(line)) return;
  const auto lock = read_lock(body_of(line.text));
  if (!lock) return;
  const Lock wanted = to_lock(*lock, 0);
  add_wait(out_.lock_waits, wanted.table, wanted.index, wanted.mode, ms);
}

void Reader::read_report(const Cursor& before, const Line& line, bool titled) {
  cursor_ = before;
  ReportReader reader(cursor_, joined_);
  PrintedReport report = titled ? reader.titled(thread_line_) : reader.raw();
  if (cursor_.offset() == before.offset()) {  // nothing was taken: never read the same line twice
    Line same;
    cursor_.next(same);
  }
  report.time = announced_ ? announced_->time : std::string();
  if (report.time.empty()) report.time = last_time_;
  if (report.time.empty()) report.time = time_at_front(trim(line.text));
  report.too_deep = report.too_deep || (announced_ && announced_->too_deep);
  if (!announced_) ++out_.ledger.markers;
  announced_.reset();
  thread_line_.reset();
  last_time_ = {};
  if (!titled) error_log_ = true;
  if (status_) report.alive_later = alive_behind();
  take(std::move(report), line.number);
}

/// A status text lists the transactions that run when it is printed: `---TRANSACTION 63, ACTIVE 2 sec`.
std::vector<std::string> Reader::alive_behind() const {
  std::vector<std::string> alive;
  Cursor probe = cursor_;
  Line line;
  while (probe.next(line)) {
    std::string_view body = body_of(line.text);
    if (body == heading || body.starts_with("END OF INNODB MONITOR")) break;
    PrintedTrx trx;
    if (logs::take(body, "---") && read_trx_line(body, trx) && contains(body, ", ACTIVE")) alive.push_back(trx.id);
  }
  return alive;
}

void Reader::take(PrintedReport report, std::uint32_t line) {
  if (out_.ledger.version.empty()) out_.ledger.version = version_of(report);
  auto told = to_deadlock(report, source_.file);
  if (!told) {
    ++out_.ledger.not_understood;
    problem(line, fmt::format("a deadlock report begins here, but not even two of its transactions can be read"),
            "the report may have been cut off");
    return;
  }
  ++(told->gaps.empty() ? out_.ledger.understood : out_.ledger.partly);
  for (const std::string& gap : told->gaps) told->deadlock.notes.push_back(gap);
  if (!told->gaps.empty()) problem(line, "this deadlock report was understood only in part: " + told->gaps.front());
  out_.deadlocks.push_back(std::move(told->deadlock));
}

void Reader::look_at(const Cursor& before, const Line& line) {
  const std::string_view body = body_of(line.text);
  PrintedTrx trx;
  bool wrapped = false;
  if (contains(body, monitor) || contains(body, transactions)) {
    status_ = true;
  } else if (body == heading) {
    status_ = true;
    announce(line, {});
  } else if (contains(body, banner)) {
    announce(line, time_at_front(trim(line.text)));
  } else if (contains(body, too_deep)) {
    if (!announced_) announce(line, time_at_front(trim(line.text)));
    announced_->too_deep = true;
  } else if (contains(body, has_waited)) {
    read_wait(body);
  } else if (read_title(body)) {
    read_report(before, line, true);
  } else if (read_trx_line(body, trx)) {
    // `LATEST FOREIGN KEY ERROR` prints a transaction too, under the word `Transaction:`.
    if (previous_ != "Transaction:") read_report(before, line, false);
  } else if (read_thread_line(body, trx, wrapped)) {
    thread_line_ = before;
  } else if (contains(body, client_error)) {
    if (client_errors_++ == 0) first_client_error_ = line.number;
  }
}

/// What a client was told of a deadlock counts only where no server told more.
void Reader::finish() {
  drop_announcement();
  out_.ledger.format = status_ ? "innodb-status" : error_log_ ? "innodb-error-log" : "innodb-report";
  if (out_.ledger.markers > 0 || client_errors_ == 0) return;
  out_.ledger.format = "mysql-client";
  out_.ledger.markers = out_.ledger.not_understood = client_errors_;
  problem(
      first_client_error_,
      fmt::format("{} deadlock error{} of MySQL or MariaDB, as a client saw {}: who else took part is not in this log",
                  client_errors_, client_errors_ == 1 ? "" : "s", client_errors_ == 1 ? "it" : "them"),
      "give the server's account: SHOW ENGINE INNODB STATUS, or its error log with innodb_print_all_deadlocks=ON");
}

ReadLog Reader::read() {
  out_.ledger.bytes = source_.text.size();
  out_.ledger.lines = count_lines(source_.text);
  Line line;
  for (;;) {
    const Cursor before = cursor_;
    if (!cursor_.next(line)) break;
    if (may_matter(line.text)) look_at(before, line);
    const std::string_view words = trim(line.text);
    if (const std::string_view time = time_at_front(words); !time.empty()) last_time_ = time;
    if (!words.empty()) previous_ = words;
    if (!error_log_ && has_error_log_prefix(words)) error_log_ = true;
  }
  finish();
  return std::move(out_);
}

}  // namespace

bool is_innodb_line(std::string_view line) {
  const std::string_view body = body_of(line);
  if (body == heading || contains(body, banner) || contains(body, monitor) || contains(body, too_deep)) return true;
  if (has_error_log_prefix(line) || read_title(body) || begins_lock(body)) return true;
  PrintedTrx trx;
  if (read_trx_line(body, trx)) return true;
  if (contains(body, client_error)) return true;
  const bool server = contains(line, "[Server]") || contains(line, "[Note]") || contains(line, "[Warning]");
  return server && !time_at_front(trim(line)).empty();
}

ReadLog read_innodb(const Source& source) { return Reader(source).read(); }

}  // namespace gridlock::logs
