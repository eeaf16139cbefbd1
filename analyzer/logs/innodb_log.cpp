// Reads every deadlock report that InnoDB prints: the status text, the error log of MySQL and MariaDB, and what people
// paste of them. The grammar is that of Deadlock_notifier (MySQL) and Deadlock::report (MariaDB) in lock0lock.cc.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "analyzer/logs/flavour.h"
#include "analyzer/logs/innodb_report_reader.h"
#include "analyzer/logs/report_shapes.h"

namespace gridlock::logs {
namespace {

constexpr std::string_view heading = "LATEST DETECTED DEADLOCK";
constexpr std::string_view banner = "ransactions deadlock detected, dumping";  // `T` or `t`, by version
constexpr std::string_view too_deep = "TOO DEEP OR LONG SEARCH IN THE LOCK TABLE";
constexpr std::string_view monitor = "INNODB MONITOR OUTPUT";
constexpr std::string_view transactions = "LIST OF TRANSACTIONS FOR EACH SESSION";
constexpr std::string_view client_error = "Deadlock found when trying to get lock";
constexpr std::string_view monitor_end = "END OF INNODB MONITOR";
constexpr std::string_view client_timeout = "Lock wait timeout exceeded";
constexpr std::string_view has_waited = "TRX HAS BEEN WAITING ";

/// Anything that is worth a closer look outside of a report has one of these words.
bool may_matter(std::string_view line) {
  return contains(line, "*** ") || contains(line, "TRANSACTION") || contains(line, "DEADLOCK") ||
         contains(line, "eadlock ") || contains(line, "thread id ") || contains(line, "TRX HAS") ||
         contains(line, monitor) || contains(line, client_timeout);
}

class Reader : public Flavour {
 public:
  explicit Reader(Telling& telling) : telling_(telling) {}

  bool is_own_line(std::string_view line) const override { return is_innodb_line(line); }
  std::size_t read(const Source& source) override;
  void notice(std::string_view line) override;
  void finish() override;
  std::string format() const override;

 private:
  bool look_at(const Cursor& before, const Line& line);
  bool is_other_log(const Line& line) const;
  void announce(const Line& line, std::string_view time);
  void drop_announcement();
  bool read_wait(std::string_view body);
  bool read_report(const Cursor& before, const Line& line, bool titled);
  std::string time_of_report(const Line& line) const;
  void begin_report();
  bool count_again(const Line& line);
  std::optional<std::size_t> told(PrintedReport report, std::uint32_t line);
  void postpone(const PrintedReport& report, const Cursor& before);
  void note_alive(std::string_view body);
  void end_status();

  /// MariaDB prints a wrong victim; who is gone shows in the status text's list of transactions, further below. Until
  /// then the report is kept as text.
  struct Postponed {
    std::string text, time;
    std::vector<std::uint32_t> numbers;
    std::vector<std::string> ids, alive;
  };

  struct Announced {
    std::uint32_t line = 0;
    std::string time;
    std::string words;
    bool too_deep = false;
  };

  Telling& telling_;
  ReportShapes shapes_;
  const Source* source_ = nullptr;
  Cursor cursor_{{}};
  std::deque<std::string> joined_;
  std::optional<Announced> announced_;  ///< a heading or banner whose report has not come yet
  std::optional<Postponed> postponed_;
  std::string last_time_;              ///< of the last line that began with one
  std::string_view previous_;          ///< the last line that was not blank
  std::optional<Cursor> thread_line_;  ///< a thread line outside of a report
  std::uint32_t client_errors_ = 0, first_client_error_ = 0;
  std::uint64_t reports_ = 0;
  bool seen_ = false, status_ = false, error_log_ = false;
};

void Reader::announce(const Line& line, std::string_view time) {
  drop_announcement();
  end_status();
  ++telling_.ledger.markers;
  ++reports_;
  announced_ = Announced{line.number, std::string(time), excerpt(line.text), false};
  last_time_.clear();
}

/// A deadlock was announced, and no report came.
void Reader::drop_announcement() {
  if (!announced_) return;
  ++telling_.ledger.not_understood;
  telling_.problem(announced_->line,
                   fmt::format("a deadlock is announced here, but its report does not follow: {}", announced_->words),
                   "the report may have been cut off, or filtered out of the log");
  announced_.reset();
}

/// False when the lock's line is behind the excerpt.
bool Reader::read_wait(std::string_view body) {
  body.remove_prefix(body.find(has_waited) + has_waited.size());
  const auto amount = static_cast<double>(to_number(take_digits(body)));
  body = trim_left(body);
  // Seconds in MySQL, microseconds or nanoseconds in MariaDB.
  const double ms = body.starts_with("SEC") ? amount * 1e3 : body.starts_with("us") ? amount / 1e3 : amount / 1e6;
  Line line;
  Cursor probe = cursor_;
  if (!probe.next(line)) return source_->ends;
  if (!line.terminated && !source_->ends) return false;
  cursor_ = probe;
  const auto lock = read_lock(body_of(line.text));
  if (!lock) return true;
  const Lock wanted = to_lock(*lock, 0);
  telling_.add_wait(wanted.table, wanted.index, wanted.mode, ms);
  return true;
}

/// False when the report may go on behind the excerpt: then nothing was done.
bool Reader::read_report(const Cursor& before, const Line& line, bool titled) {
  cursor_ = before;
  if (telling_.sink.folds() && count_again(line)) return true;
  ReportReader reader(cursor_, joined_);
  PrintedReport report = titled ? reader.titled(thread_line_) : reader.raw();
  if (cursor_.at_end() && !source_->ends) return false;
  if (cursor_.offset() == before.offset()) {  // nothing was taken: never read the same line twice
    Line same;
    cursor_.next(same);
  }
  report.time = time_of_report(line);
  report.too_deep = report.too_deep || (announced_ && announced_->too_deep);
  const bool whole = !report.too_deep && !thread_line_ && report.doubts.empty();
  begin_report();
  if (!titled) error_log_ = true;
  if (status_ && titled && report.rolled_back && tells_wrong_victim(report)) {
    postpone(report, before);
  } else {
    const auto handle = told(std::move(report), line.number);
    if (handle && whole && telling_.sink.folds())
      shapes_.learn(before.text().substr(before.offset(), cursor_.offset() - before.offset()), *handle);
  }
  joined_.clear();
  return true;
}

std::string Reader::time_of_report(const Line& line) const {
  if (announced_ && !announced_->time.empty()) return announced_->time;
  return last_time_.empty() ? std::string(time_at_front(trim(line.text))) : last_time_;
}

/// The announcement, if there was one, has its report.
void Reader::begin_report() {
  if (!announced_) {
    ++telling_.ledger.markers;
    ++reports_;
  }
  announced_.reset();
  thread_line_.reset();
  last_time_.clear();
}

/// A report of a shape that was read before.
bool Reader::count_again(const Line& line) {
  if (thread_line_ || (announced_ && announced_->too_deep)) return false;
  const auto known = shapes_.match(cursor_.text().substr(cursor_.offset()));
  if (!known) return false;
  cursor_.skip(known->size, known->lines);
  telling_.sink.again(known->handle, time_of_report(line));
  ++telling_.ledger.understood;
  begin_report();
  return true;
}

void Reader::postpone(const PrintedReport& report, const Cursor& before) {
  end_status();
  Postponed postponed;
  postponed.text = before.text().substr(before.offset(), cursor_.offset() - before.offset());
  postponed.time = report.time;
  Cursor lines = before;
  Line line;
  while (lines.offset() < cursor_.offset() && lines.next(line)) postponed.numbers.push_back(line.number);
  for (const PrintedMember& member : report.members) postponed.ids.push_back(member.trx.id);
  postponed_ = std::move(postponed);
}

/// A status text lists the transactions that run when it is printed: `---TRANSACTION 63, ACTIVE 2 sec`.
void Reader::note_alive(std::string_view body) {
  PrintedTrx trx;
  if (!postponed_ || !logs::take(body, "---") || !read_trx_line(body, trx) || !contains(body, ", ACTIVE")) return;
  const auto& ids = postponed_->ids;
  if (std::find(ids.begin(), ids.end(), trx.id) != ids.end()) postponed_->alive.push_back(trx.id);
}

/// The list of transactions ended, or the log did.
void Reader::end_status() {
  if (!postponed_) return;
  const Postponed postponed = std::move(*postponed_);
  postponed_.reset();
  Cursor cursor(postponed.text, 1, postponed.numbers);
  std::deque<std::string> joined;
  PrintedReport report = ReportReader(cursor, joined).titled(std::nullopt);
  report.time = postponed.time;
  report.alive_later = postponed.alive;
  told(std::move(report), postponed.numbers.empty() ? 0 : postponed.numbers.front());
}

/// The sink's handle of the deadlock, where the report was understood as a whole.
std::optional<std::size_t> Reader::told(PrintedReport report, std::uint32_t line) {
  Ledger& ledger = telling_.ledger;
  if (ledger.version.empty()) ledger.version = version_of(report);
  auto told = to_deadlock(report, telling_.file);
  if (!told) {
    ++ledger.not_understood;
    telling_.problem(line, "a deadlock report begins here, but not even two of its transactions can be read",
                     "the report may have been cut off");
    return std::nullopt;
  }
  ++(told->gaps.empty() ? ledger.understood : ledger.partly);
  for (const std::string& gap : told->gaps) told->deadlock.notes.push_back(gap);
  if (!told->gaps.empty())
    telling_.problem(line, "this deadlock report was understood only in part: " + told->gaps.front());
  const bool whole = told->gaps.empty();
  const std::size_t handle = telling_.sink.found(std::move(told->deadlock));
  return whole ? std::optional(handle) : std::nullopt;
}

/// False when the line begins something that may go on behind the excerpt.
bool Reader::look_at(const Cursor& before, const Line& line) {
  const std::string_view body = body_of(line.text);
  PrintedTrx trx;
  bool wrapped = false;
  if (contains(body, monitor) || contains(body, transactions)) {
    status_ = true;
    if (body.starts_with(monitor_end)) end_status();
  } else if (body == heading) {
    status_ = true;
    announce(line, {});
  } else if (contains(body, banner)) {
    announce(line, time_at_front(trim(line.text)));
  } else if (contains(body, too_deep)) {
    if (!announced_) announce(line, time_at_front(trim(line.text)));
    announced_->too_deep = true;
  } else if (contains(body, has_waited)) {
    return read_wait(body);
  } else if (read_title(body)) {
    return read_report(before, line, true);
  } else if (body.starts_with("---TRANSACTION")) {
    note_alive(body);
  } else if (read_trx_line(body, trx)) {
    // `LATEST FOREIGN KEY ERROR` prints a transaction too, under the word `Transaction:`.
    if (previous_ != "Transaction:") return read_report(before, line, false);
  } else if (read_thread_line(body, trx, wrapped)) {
    thread_line_ = before;
  } else if (contains(body, client_timeout)) {
    ++telling_.ledger.lock_timeouts;
  } else if (contains(body, client_error)) {
    if (client_errors_++ == 0) first_client_error_ = line.number;
  }
  return true;
}

/// PostgreSQL's log goes on here, in the same file.
bool Reader::is_other_log(const Line& line) const {
  if (line.offset == 0 || !(contains(line.text, ":  ") || contains(line.text, ",\"") || line.text.starts_with('{')))
    return false;
  return is_postgres_line(line.text) && !is_innodb_line(line.text);
}

std::string Reader::format() const {
  if (!seen_) return {};
  if (reports_ == 0 && !status_ && !error_log_ && (client_errors_ > 0 || telling_.ledger.lock_timeouts > 0))
    return "mysql-client";
  return status_ ? "innodb-status" : error_log_ ? "innodb-error-log" : "innodb-report";
}

/// What a client was told of a deadlock counts only where no server told more.
void Reader::finish() {
  drop_announcement();
  end_status();
  if (reports_ > 0 || client_errors_ == 0) return;
  telling_.ledger.markers += client_errors_;
  telling_.ledger.not_understood += client_errors_;
  telling_.problem(
      first_client_error_,
      fmt::format("{} deadlock error{} of MySQL or MariaDB, as a client saw {}: who else took part is not in this log",
                  client_errors_, client_errors_ == 1 ? "" : "s", client_errors_ == 1 ? "it" : "them"),
      "give the server's account: SHOW ENGINE INNODB STATUS, or its error log with innodb_print_all_deadlocks=ON");
}

void Reader::notice(std::string_view line) {
  seen_ = true;
  if (contains(line, monitor) || contains(line, transactions)) status_ = true;
  if (has_error_log_prefix(trim(line)) || contains(line, "[Server]")) error_log_ = true;
}

std::size_t Reader::read(const Source& source) {
  seen_ = true;
  source_ = &source;
  cursor_ = Cursor(source.text, source.first_line, source.numbers);
  previous_ = {};
  thread_line_.reset();
  Line line;
  for (;;) {
    const Cursor before = cursor_;
    if (!cursor_.next(line)) break;
    if (!line.terminated && !source.ends) return line.offset;
    if (is_other_log(line)) return line.offset;
    if (may_matter(line.text) && !look_at(before, line)) return line.offset;
    const std::string_view words = trim(line.text);
    if (const std::string_view time = time_at_front(words); !time.empty()) last_time_ = time;
    if (!words.empty()) previous_ = words;
    if (!error_log_ && has_error_log_prefix(words)) error_log_ = true;
  }
  return source.text.size();
}

}  // namespace

bool is_innodb_line(std::string_view line) {
  const std::string_view body = body_of(line);
  if (body == heading || contains(body, banner) || contains(body, monitor) || contains(body, too_deep)) return true;
  if (has_error_log_prefix(line) || read_title(body) || begins_lock(body)) return true;
  PrintedTrx trx;
  if (read_trx_line(body, trx)) return true;
  if (contains(body, client_error) || contains(body, client_timeout)) return true;
  const bool server = contains(line, "[Server]") || contains(line, "[Note]") || contains(line, "[Warning]");
  return server && !time_at_front(trim(line)).empty();
}

std::unique_ptr<Flavour> innodb_flavour(Telling& telling) { return std::make_unique<Reader>(telling); }

}  // namespace gridlock::logs
