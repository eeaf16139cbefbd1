#include "analyzer/logs/innodb_report_reader.h"

#include <fmt/format.h>

#include <utility>

#include "analyzer/logs/innodb_statement.h"

namespace gridlock::logs {
namespace {

std::size_t margin_of(std::string_view line) { return line.size() - trim_left(line).size(); }

/// What can only stand behind a report.
bool ends_report(std::string_view body) {
  return is_ruler(body) || body.starts_with("---TRANSACTION") || contains(body, "LATEST DETECTED DEADLOCK") ||
         contains(body, "deadlock detected, dumping") || body.starts_with("END OF INNODB MONITOR");
}

/// The last line of a text that was cut off cannot be trusted, unless it ends as such a line does.
bool may_be_cut(const Line& line) { return !line.terminated && !trim(line.text).ends_with(" waiting"); }

}  // namespace

// ------------------------------------------------------------------------------------------------------- with titles

PrintedReport ReportReader::titled(const std::optional<Cursor>& orphan) {
  report_ = {};
  Line line;
  while (!complete_) {
    const Cursor before = cursor_;
    if (!cursor_.next(line)) break;
    if (report_.line == 0) report_.line = line.number;
    if (!titled_line(before, line, orphan)) {
      cursor_ = before;
      break;
    }
    report_.last_line = line.number;
  }
  settle_galera();
  return std::move(report_);
}

/// False when the line belongs to the report no longer.
bool ReportReader::titled_line(const Cursor& before, const Line& line, const std::optional<Cursor>& orphan) {
  const std::string_view body = body_of(line.text);
  if (body.empty()) return true;
  if (const auto title = read_title(body)) return take_title(before, *title, orphan);
  if (begins_lock(body)) {
    if (auto* into = locks()) read_lock_at(line, *into);
    return true;
  }
  PrintedTrx other;
  if (read_trx_line(body, other)) return false;
  if (!ends_report(body)) return true;  // another thread's message, or an editor's remark
  report_.ended_by_section = is_ruler(body);
  return false;
}

bool ReportReader::take_title(const Cursor& before, const Title& title, const std::optional<Cursor>& orphan) {
  using Kind = Title::Kind;
  switch (title.kind) {
    case Kind::transaction:
    case Kind::too_deep:
    case Kind::priority:
    case Kind::victim: return begin_member(before, title);
    case Kind::roll_back:
      report_.rolled_back = title.number;
      complete_ = true;
      return true;
    case Kind::holds:
    case Kind::waits:
    case Kind::conflicting: break;
  }
  if (report_.members.empty()) begin_orphan(title, orphan);
  role_ = title.kind == Kind::holds ? Role::holds : title.kind == Kind::waits ? Role::waits : Role::conflicting;
  return true;
}

bool ReportReader::begin_member(const Cursor& before, const Title& title) {
  const bool again = !report_.members.empty() && title.kind == Title::Kind::transaction &&
                     title.number <= report_.members.back().label;
  if (again || (title.kind == Title::Kind::priority && !report_.members.empty())) {
    cursor_ = before;
    return false;
  }
  report_.too_deep = report_.too_deep || title.kind == Title::Kind::too_deep;
  report_.galera = report_.galera || title.kind == Title::Kind::priority || title.kind == Title::Kind::victim;
  PrintedMember member;
  member.label = title.number;
  read_trx(member);
  role_ = Role::none;
  if (member.trx.id.empty()) {
    report_.doubts.push_back(
        fmt::format("the transaction under the title in line {} cannot be read", report_.last_line + 1));
    return true;
  }
  report_.members.push_back(std::move(member));
  return true;
}

/// The log begins in the middle of a report: what is left of the first transaction.
void ReportReader::begin_orphan(const Title& title, const std::optional<Cursor>& orphan) {
  PrintedMember member;
  member.label = title.number;
  Cursor probe = cursor_;
  Line line;
  if (probe.next(line))
    if (const auto lock = read_lock(body_of(line.text))) member.trx.id = lock->trx;
  if (orphan) {
    const Cursor behind = cursor_;
    cursor_ = *orphan;
    const std::string id = member.trx.id;
    read_trx(member);
    member.trx.id = id;
    cursor_ = behind;
  }
  report_.doubts.emplace_back("the log begins in the middle of this report");
  report_.members.push_back(std::move(member));
}

std::vector<PrintedLock>* ReportReader::locks() {
  if (report_.members.empty()) return nullptr;
  PrintedMember& member = report_.members.back();
  switch (role_) {
    case Role::holds: return &member.holds;
    case Role::waits: return &member.waits;
    case Role::conflicting: return &member.conflicting;
    case Role::none: break;
  }
  return nullptr;
}

/// Galera prints under the victim's WAITING title a lock that the victim holds.
void ReportReader::settle_galera() {
  if (!report_.galera) return;
  for (PrintedMember& member : report_.members) {
    std::vector<PrintedLock> waits;
    for (PrintedLock& lock : member.waits) (lock.waiting ? waits : member.holds).push_back(std::move(lock));
    member.waits = std::move(waits);
  }
}

// ---------------------------------------------------------------------------------------------------- without titles

PrintedReport ReportReader::raw() {
  report_ = {};
  report_.titled = false;
  Cursor before = cursor_;
  while (raw_member()) {
    if (closes(report_.members)) break;
    // On to the next transaction, past other threads' messages.
    Line line;
    for (before = cursor_; cursor_.next(line); before = cursor_) {
      const std::string_view body = body_of(line.text);
      PrintedTrx next;
      if (read_trx_line(body, next)) break;
      if (ends_report(body) || read_title(body)) {
        cursor_ = before;
        return std::move(report_);
      }
    }
    if (cursor_.offset() == before.offset()) break;
    cursor_ = before;
  }
  return std::move(report_);
}

/// One transaction with its locks; false, and the cursor back before it, when it does not go on with this cycle.
bool ReportReader::raw_member() {
  const Cursor before = cursor_;
  PrintedMember member;
  Cursor probe = cursor_;
  Line line;
  if (!probe.next(line)) return false;
  if (report_.line == 0) report_.line = line.number;
  read_trx(member);
  std::vector<PrintedLock> locks;
  for (;;) {
    const Cursor at = cursor_;
    if (!cursor_.next(line)) break;
    const std::string_view body = body_of(line.text);
    if (body.empty()) continue;
    if (begins_lock(body) && read_lock_at(line, locks) && locks.back().trx == member.trx.id) continue;
    if (begins_lock(body) && !locks.empty() && locks.back().trx != member.trx.id) locks.pop_back();
    cursor_ = at;
    break;
  }
  if (!locks.empty() && locks.back().waiting) {
    member.waits.push_back(std::move(locks.back()));
    locks.pop_back();
  }
  member.holds = std::move(locks);
  // The lock printed first blocks the transaction before it: otherwise this one belongs to another deadlock.
  if (!report_.members.empty() && !report_.members.back().waits.empty() && !member.holds.empty() &&
      !same_resource(report_.members.back().waits.back(), member.holds.front())) {
    cursor_ = before;
    return false;
  }
  report_.members.push_back(std::move(member));
  return true;
}

// ------------------------------------------------------------------------------------------- transactions and locks

void ReportReader::read_trx(PrintedMember& member) {
  Line line;
  int strangers = 0;
  for (;;) {
    const Cursor before = cursor_;
    if (!cursor_.next(line)) return;
    const std::string_view body = body_of(line.text);
    bool wrapped = false;
    if (body.empty()) continue;
    if (member.trx.id.empty() && read_trx_line(body, member.trx)) {
      member.trx.line = line.number;
      continue;
    }
    if (line.terminated && read_trx_state(body, member.trx)) continue;
    if (read_thread_line(body, member.trx, wrapped)) return read_query(member, line, wrapped);
    const bool other = read_title(body) || begins_lock(body) || ends_report(body) || ++strangers > 5;
    if (other) {
      cursor_ = before;
      return;
    }
  }
}

void ReportReader::read_query(PrintedMember& member, const Line& thread_line, bool wrapped) {
  if (wrapped) {
    Cursor probe = cursor_;
    Line line;
    if (probe.next(line) && read_thread_rest(body_of(line.text), member.trx)) cursor_ = probe;
  }
  const auto place = read_statement(cursor_, member.trx, member.label, report_.titled,
                                    body_of(thread_line.text).size() + 1, margin_of(thread_line.text));
  if (!place.ended) return;
  member.trx.statement = place.text;
  member.trx.statement_cut = place.cut;
  cursor_ = place.end;
}

/// A lock's line, put together when it was wrapped; nothing when it is cut or not understood.
std::optional<PrintedLock> ReportReader::whole_lock(const Line& first) {
  if (may_be_cut(first)) return std::nullopt;
  if (auto lock = read_lock(body_of(first.text))) return lock;
  std::string text(body_of(first.text));
  Cursor probe = cursor_;
  Line line;
  for (int lines = 0; lines < 3 && probe.next(line); ++lines) {
    const std::string_view body = body_of(line.text);
    if (read_title(body) || may_be_cut(line)) break;
    text += " " + std::string(body);
    if (!read_lock(text)) continue;
    cursor_ = probe;
    joined_.push_back(std::move(text));
    return read_lock(joined_.back());
  }
  return std::nullopt;
}

bool ReportReader::read_lock_at(const Line& line, std::vector<PrintedLock>& locks) {
  auto lock = whole_lock(line);
  if (!lock) {
    report_.doubts.push_back(fmt::format("line {}: this lock cannot be read: {}", line.number, excerpt(line.text)));
    return false;
  }
  read_rows(*lock);
  locks.push_back(std::move(*lock));
  return true;
}

void ReportReader::read_rows(PrintedLock& lock) {
  Line line;
  bool cut = false;
  for (;;) {
    const Cursor before = cursor_;
    if (!cursor_.next(line)) break;
    const std::string_view body = body_of(line.text);
    if (!body.empty() && body != "..." && !read_row_line(lock, line)) {
      cursor_ = before;
      return;
    }
    cut = !line.terminated;
  }
  if (cut && !lock.rows.empty() && lock.rows.back().fields.size() < lock.rows.back().fields_announced)
    lock.rows.back().fields.clear();
}

bool ReportReader::read_row_line(PrintedLock& lock, const Line& line) {
  const std::string_view body = body_of(line.text);
  if (auto row = read_row(body); row && (row->fields_announced > 0 || line.terminated)) {
    if (lock.rows.size() < PrintedLock::rows_kept) {
      lock.rows.push_back(std::move(*row));
    } else {
      ++lock.rows_left_off;
    }
    return true;
  }
  if (lock.rows.empty()) return false;
  if (lock.rows_left_off > 0) {
    std::vector<Field> dropped;
    return read_fields(body, dropped);
  }
  return read_fields(body, lock.rows.back().fields) || read_row_rest(body, lock.rows.back());
}

}  // namespace gridlock::logs
