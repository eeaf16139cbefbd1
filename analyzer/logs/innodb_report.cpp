#include "analyzer/logs/innodb_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

bool is_mariadb(const PrintedReport& report) {
  return std::any_of(report.members.begin(), report.members.end(),
                     [](const PrintedMember& member) { return member.trx.mariadb; });
}

bool has_conflicts(const PrintedReport& report) {
  return std::any_of(report.members.begin(), report.members.end(),
                     [](const PrintedMember& member) { return !member.conflicting.empty(); });
}

/// MySQL before 8.0.18 and MariaDB before 10.6: never more than two transactions, and nothing of what (1) holds.
bool is_pair_format(const PrintedReport& report) {
  return report.titled && report.members.size() == 2 && report.members[0].holds.empty() && !has_conflicts(report) &&
         !report.galera;
}

const PrintedLock* any_lock(const PrintedReport& report) {
  for (const PrintedMember& member : report.members)
    for (const auto* locks : {&member.waits, &member.holds, &member.conflicting})
      for (const PrintedLock& lock : *locks)
        if (lock.record) return &lock;
  return nullptr;
}

bool has_hex_letters(const std::string& id) {
  return !id.starts_with("(") && id.find_first_of("ABCDEFabcdef") != std::string::npos;
}

/// The row of `lock` that `wanted` is about, or the first.
std::size_t row_of(const PrintedLock& lock, const PrintedLock* wanted) {
  if (wanted == nullptr || wanted->rows.empty()) return 0;
  for (std::size_t i = 0; i < lock.rows.size(); ++i)
    if (lock.rows[i].heap == wanted->rows.front().heap) return i;
  return 0;
}

/// All rows of a printed lock as locks, the row in the predecessor's way first.
void add_rows(const PrintedLock& printed, const PrintedLock* wanted, std::vector<Lock>& locks) {
  const std::size_t first = row_of(printed, wanted);
  locks.push_back(to_lock(printed, first));
  for (std::size_t row = 0; row < printed.rows.size(); ++row)
    if (row != first) locks.push_back(to_lock(printed, row));
}

const PrintedLock* wanted_by(const PrintedMember& member) {
  return member.waits.empty() ? nullptr : &member.waits.back();
}

/// What a member holds, as far as the report says: its own HOLDS block and what MariaDB lists as being in others' way.
std::vector<Lock> holds_of(const PrintedReport& report, std::size_t index) {
  const auto& members = report.members;
  const PrintedMember& member = members[index];
  const PrintedMember& before = members[(index + members.size() - 1) % members.size()];
  std::vector<Lock> locks;
  for (const PrintedLock& held : member.holds) add_rows(held, wanted_by(before), locks);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const PrintedMember& asker = members[(index + members.size() - 1 + i) % members.size()];
    for (const PrintedLock& held : asker.conflicting) {
      if (held.trx != member.trx.id) continue;
      std::vector<Lock> rows;
      add_rows(held, wanted_by(asker), rows);
      for (Lock& lock : rows)
        if (std::find(locks.begin(), locks.end(), lock) == locks.end()) locks.push_back(std::move(lock));
    }
  }
  return locks;
}

std::uint64_t weight(const PrintedMember& member) {
  return member.trx.undo_entries.value_or(0) + member.trx.lock_structs.value_or(0);
}

bool weights_known(const PrintedReport& report) {
  return std::all_of(report.members.begin(), report.members.end(),
                     [](const PrintedMember& member) { return member.trx.lock_structs.has_value(); });
}

/// MariaDB's victim is a lightest one (lock0lock.cc Deadlock::report).
bool is_lightest(const PrintedReport& report, std::size_t index) {
  for (const PrintedMember& member : report.members)
    if (weight(member) < weight(report.members[index])) return false;
  return true;
}

std::size_t first_lightest(const PrintedReport& report) {
  std::size_t index = 0;
  while (!is_lightest(report, index)) ++index;
  return index;
}

/// Who is gone while all the others still run, by the same text's list of transactions.
std::optional<std::size_t> the_one_gone(const PrintedReport& report) {
  std::optional<std::size_t> gone;
  for (std::size_t i = 0; i < report.members.size(); ++i) {
    const auto& alive = report.alive_later;
    if (std::find(alive.begin(), alive.end(), report.members[i].trx.id) != alive.end()) continue;
    if (gone) return std::nullopt;
    gone = i;
  }
  return gone;
}

std::optional<std::size_t> member_labelled(const PrintedReport& report, std::uint32_t label) {
  for (std::size_t i = 0; i < report.members.size(); ++i)
    if (report.members[i].label == label) return i;
  return std::nullopt;
}

/// MariaDB 10.6.0 to 10.6.8 prints 0 always (MDEV-29187), later versions a number rotated by one (MDEV-37977) until
/// 10.11.19. The list of transactions tells which it is, or else their weights.
std::optional<std::size_t> mariadb_victim(const PrintedReport& report, std::vector<std::string>& notes) {
  const auto printed = report.rolled_back.value_or(0);
  const auto named = member_labelled(report, printed);
  if (const auto gone = the_one_gone(report)) {
    if (gone != named)
      notes.push_back(
          fmt::format("the log names transaction ({}) as the victim, which this version of MariaDB counts wrongly "
                      "(MDEV-29187, MDEV-37977); by the list of transactions it was ({})",
                      printed, *gone + 1));
    return gone;
  }
  if (!named) {
    if (printed != 0 || !weights_known(report)) return std::nullopt;
    notes.emplace_back(
        "this version of MariaDB prints no victim (MDEV-29187): the transaction with the least work is given here");
    return first_lightest(report);
  }
  const std::size_t rotated = (printed + report.members.size() - 2) % report.members.size();
  if (weights_known(report) && is_lightest(report, *named) && !is_lightest(report, rotated)) return named;
  if (weights_known(report) && is_lightest(report, rotated) && !is_lightest(report, *named)) {
    notes.push_back(
        fmt::format("the log names transaction ({}) as the victim, which this version of MariaDB counts wrongly "
                    "(MDEV-37977); by the transactions' weights it was ({})",
                    printed, rotated + 1));
    return rotated;
  }
  notes.push_back(fmt::format(
      "the victim is the one that the log names, ({}); MariaDB before 10.11.19 and 11.8.7 counts wrongly here",
      printed));
  return named;
}

std::optional<std::size_t> victim_of(const PrintedReport& report, std::vector<std::string>& notes) {
  if (report.galera) return report.members.size() - 1;
  if (!report.rolled_back) {
    if (!report.titled) notes.emplace_back("the error log does not name the victim at log_error_verbosity=2; 3 does");
    return std::nullopt;
  }
  if (tells_wrong_victim(report)) return mariadb_victim(report, notes);
  if (report.too_deep) return report.members.size() - 1;
  return member_labelled(report, *report.rolled_back);
}

Party to_party(const PrintedReport& report, std::size_t index) {
  const PrintedMember& member = report.members[index];
  Party party;
  party.name = "transaction " + member.trx.id;
  party.transaction_id = member.trx.id;
  party.thread_or_pid = member.trx.thread;
  party.user = member.trx.user;
  party.statement = member.trx.statement;
  party.undo_entries = member.trx.undo_entries;
  party.lock_structs = member.trx.lock_structs;
  if (const PrintedLock* wanted = wanted_by(member)) {
    party.waits_for = to_lock(*wanted, 0);
    party.waits_for->waiting = true;
  }
  party.holds = holds_of(report, index);
  if (report.members.size() > 1) party.blocked_by = {(index + 1) % report.members.size()};
  return party;
}

/// MySQL Bug #100752: where the blocker holds nothing yet, the lock that it waits for itself is printed as held.
void mark_doubtful(Party& party) {
  for (Lock& held : party.holds)
    if (held.waiting && party.waits_for && held.mode == party.waits_for->mode && held.data == party.waits_for->data &&
        held.index == party.waits_for->index)
      held.doubtful = true;
}

void mark_soft_edges(std::vector<Party>& parties) {
  for (std::size_t i = 0; i < parties.size(); ++i) {
    const Party& next = parties[(i + 1) % parties.size()];
    parties[i].hard = next.holds.empty() || !next.holds.front().waiting;
  }
}

std::vector<std::string> gaps_of(const PrintedReport& report) {
  std::vector<std::string> gaps;
  for (const PrintedMember& member : report.members)
    if (member.waits.empty() && !report.too_deep && !report.galera)
      gaps.push_back(fmt::format("transaction {}: the lock it waits for is missing", member.trx.id));
  if (report.titled && !report.rolled_back && !report.ended_by_section && !report.too_deep && !report.galera)
    gaps.emplace_back("the report ends before `*** WE ROLL BACK TRANSACTION`");
  if (!report.titled && !closes(report.members)) gaps.emplace_back("the report ends before its cycle closes");
  for (const std::string& doubt : report.doubts) gaps.push_back(doubt);
  return gaps;
}

void add_notes(const PrintedReport& report, Deadlock& deadlock) {
  if (is_pair_format(report) && deadlock.parties.size() == 2)
    deadlock.notes.emplace_back(
        "this version prints the two transactions that closed the cycle, even when it has more, and not what (1) "
        "holds");
  for (const Party& party : deadlock.parties)
    for (const Lock& lock : party.holds)
      if (lock.doubtful) {
        deadlock.notes.push_back(
            fmt::format("{}: the lock printed as held is the one it waits for (MySQL Bug #100752)", party.name));
        break;
      }
  for (const PrintedMember& member : report.members)
    if (member.trx.statement_cut)
      deadlock.notes.push_back(
          fmt::format("transaction {}: its statement is cut where the server's buffer ends ({} bytes)", member.trx.id,
                      statement_limit(member.trx)));
  if (report.galera)
    deadlock.notes.emplace_back("a Galera cluster conflict, not a cycle: a replicated transaction aborted a local one");
  if (report.too_deep)
    deadlock.notes.emplace_back("the server gave the search up as too deep or too long; there may be no cycle at all");
}

}  // namespace

std::string version_of(const PrintedReport& report) {
  const PrintedLock* lock = any_lock(report);
  if (lock != nullptr && lock->after_waiting) return "MariaDB 10.0 or 10.1";
  if (is_mariadb(report) && (has_conflicts(report) || report.members.size() > 2)) return "MariaDB 10.6 or later";
  for (const PrintedMember& member : report.members) {
    if (member.trx.process_number) return "MySQL 5.0 or 5.1";
    if (has_hex_letters(member.trx.id)) return "MySQL 5.5";
  }
  if (lock != nullptr && lock->quoted_index) return "MySQL 5.6, or MariaDB 10.0 or 10.1";
  if (is_pair_format(report)) return "MySQL 5.7 to 8.0.17, or MariaDB 10.2 to 10.5";
  if (!report.members.empty() && !report.members[0].holds.empty()) return "MySQL 8.0.18 or later";
  return {};
}

std::optional<ToldDeadlock> to_deadlock(const PrintedReport& report, const std::string& file) {
  const std::size_t fewest = report.too_deep ? 1 : 2;
  if (report.members.size() < fewest) return std::nullopt;
  ToldDeadlock told;
  Deadlock& deadlock = told.deadlock;
  deadlock.engine = is_mariadb(report) ? "mariadb" : "innodb";
  deadlock.first_seen = deadlock.last_seen = report.time;
  deadlock.where = fmt::format("{}:{}", file, report.line);
  for (std::size_t i = 0; i < report.members.size(); ++i) {
    deadlock.parties.push_back(to_party(report, i));
    mark_doubtful(deadlock.parties.back());
  }
  mark_soft_edges(deadlock.parties);
  deadlock.victim = victim_of(report, deadlock.notes);
  told.gaps = gaps_of(report);
  deadlock.limit_reached = report.too_deep || (!report.rolled_back && !told.gaps.empty());
  add_notes(report, deadlock);
  if (deadlock.parties.size() > 1) deadlock = canonical(std::move(deadlock));
  return told;
}

bool tells_wrong_victim(const PrintedReport& report) {
  return !report.members.empty() && is_mariadb(report) && report.members[0].holds.empty() && !is_pair_format(report);
}

bool closes(const std::vector<PrintedMember>& members) {
  if (members.size() < 2 || members.back().waits.empty() || members.front().holds.empty()) return false;
  const PrintedLock &wanted = members.back().waits.back(), &held = members.front().holds.front();
  if (wanted.rows.empty() != held.rows.empty()) return false;  // cut before its rows
  return same_resource(wanted, held);
}

}  // namespace gridlock::logs
