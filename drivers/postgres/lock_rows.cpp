#include "drivers/postgres/lock_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <tuple>
#include <utility>

namespace gridlock::postgres {
namespace {

/// Each table lock mode and those that it conflicts with (PostgreSQL manual, table 13.2), weakest first.
struct Mode {
  std::string_view name;
  unsigned conflicts;
};
constexpr std::array modes{
    Mode{"AccessShareLock", 0b10000000},  Mode{"RowShareLock", 0b11000000},
    Mode{"RowExclusiveLock", 0b11110000}, Mode{"ShareUpdateExclusiveLock", 0b11111000},
    Mode{"ShareLock", 0b11101100},        Mode{"ShareRowExclusiveLock", 0b11111100},
    Mode{"ExclusiveLock", 0b11111110},    Mode{"AccessExclusiveLock", 0b11111111},
};

bool conflict(const std::string& a, const std::string& b) {
  const auto at = [](const std::string& name) {
    return std::find_if(modes.begin(), modes.end(), [&](const Mode& mode) { return mode.name == name; });
  };
  const auto first = at(a), second = at(b);
  if (first == modes.end() || second == modes.end()) return true;
  return ((first->conflicts >> (second - modes.begin())) & 1U) != 0;
}

/// pg_locks.locktype -> what it protects.
struct Kind {
  std::string_view type;
  LockKind kind;
};
constexpr std::array kinds{
    Kind{"relation", LockKind::table},
    Kind{"tuple", LockKind::tuple},
    Kind{"transactionid", LockKind::transaction},
    Kind{"virtualxid", LockKind::virtual_transaction},
    Kind{"advisory", LockKind::advisory},
    Kind{"userlock", LockKind::advisory},
    Kind{"extend", LockKind::extension},
    Kind{"page", LockKind::page},
    Kind{"object", LockKind::object},
    Kind{"spectoken", LockKind::speculative_token},
};

enum Column : std::size_t {
  pid,
  granted,
  type,
  mode,
  table,
  index,
  database,
  relation,
  page,
  row,
  xid,
  virtualxid,
  classid,
  objid,
  objsubid,
  blockers,
  ripe,
  columns
};

struct Row {
  live::ConnectionId backend = 0;
  bool granted = false, ripe = true;
  std::string tag;  ///< what is locked: equal for equal things
  std::vector<live::ConnectionId> blockers;
  Lock lock;
};

std::string text(const std::vector<Value>& values, Column column) {
  return is_null(values[column]) ? std::string() : to_text(values[column]);
}

live::ConnectionId number(std::string_view text) {
  live::ConnectionId value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string object_of(const std::vector<Value>& values, LockKind kind) {
  switch (kind) {
    case LockKind::transaction: return "transaction " + text(values, xid);
    case LockKind::virtual_transaction: return "virtual transaction " + text(values, virtualxid);
    case LockKind::advisory:
      return fmt::format("advisory lock [{},{},{},{}]", text(values, database), text(values, classid),
                         text(values, objid), text(values, objsubid));
    case LockKind::tuple: return fmt::format("tuple ({},{})", text(values, page), text(values, row));
    default: return {};
  }
}

Row row_of(const std::vector<Value>& values) {
  Row result;
  result.backend = number(text(values, pid));
  result.granted = text(values, granted) == "true";
  result.ripe = text(values, ripe) != "false";
  const std::string word = text(values, type);
  const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& one) { return one.type == word; });
  result.lock.kind = kind == kinds.end() ? LockKind::other : kind->kind;
  result.lock.mode = text(values, mode);
  result.lock.table = text(values, table);
  result.lock.index = text(values, index);
  result.lock.waiting = !result.granted;
  result.lock.object = object_of(values, result.lock.kind);
  if (result.lock.kind == LockKind::other) result.lock.object = word;
  for (const Column column : {type, database, relation, page, row, xid, virtualxid, classid, objid, objsubid})
    result.tag += text(values, column) + "/";
  std::string list = text(values, blockers);
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    result.blockers.push_back(number(std::string_view(list).substr(at, end - at)));
    at = end + 1;
  }
  return result;
}

/// Whoever waits for a transaction's end holds the row's place in its queue: that says which row.
void name_rows(std::vector<Row>& rows) {
  std::map<live::ConnectionId, const Row*> tuples;
  for (const Row& row : rows)
    if (row.granted && row.lock.kind == LockKind::tuple) tuples[row.backend] = &row;
  for (Row& row : rows) {
    if (row.granted || row.lock.kind != LockKind::transaction) continue;
    const auto found = tuples.find(row.backend);
    if (found == tuples.end()) continue;
    row.lock.table = found->second->lock.table;
    row.lock.data = found->second->lock.object;
  }
}

std::vector<Row> rows_of(const live::Reply& reply) {
  std::vector<Row> rows;
  for (const auto& values : reply.rows)
    if (values.size() == columns) rows.push_back(row_of(values));
  name_rows(rows);
  return rows;
}

/// The lock of `blocker` that is in the way: one that it holds, else its place ahead in the queue.
live::SeenWait::By by(const std::vector<Row>& rows, const Row& waiter, live::ConnectionId blocker) {
  live::SeenWait::By result{blocker, {}, true};
  for (const Row& row : rows) {
    if (row.backend != blocker || row.tag != waiter.tag || !conflict(waiter.lock.mode, row.lock.mode)) continue;
    if (!result.lock.mode.empty() && !row.granted) continue;
    result.lock = row.lock;
    result.hard = row.granted;
    if (result.lock.table.empty()) result.lock.table = waiter.lock.table;
    if (result.lock.data.empty()) result.lock.data = waiter.lock.data;
    if (row.granted) break;
  }
  return result;
}

}  // namespace

std::string locks_query(const std::vector<live::ConnectionId>& run, int server_version,
                        const std::string& deadlock_timeout) {
  // A waiter that is younger than its deadlock_timeout has not looked for a deadlock yet; what is added leaves room for
  // a busy machine. Since version 14 the server says since when a lock is waited for.
  const std::string_view since = server_version >= 140000
                                     ? "l.waitstart"
                                     : "(SELECT a.query_start FROM pg_catalog.pg_stat_activity a WHERE a.pid = l.pid)";
  return fmt::format(
      "SELECT l.pid, l.granted, l.locktype, l.mode, t.relname, i.relname, l.database, l.relation, l.page, l.tuple, "
      "l.transactionid::text, l.virtualxid, l.classid, l.objid, l.objsubid, "
      "CASE WHEN NOT l.granted THEN pg_catalog.array_to_string(pg_catalog.pg_blocking_pids(l.pid), ',') END, "
      "CASE WHEN NOT l.granted THEN coalesce(pg_catalog.clock_timestamp() - {}, '0') > "
      "1.5 * {}::interval + '30 ms' END "
      "FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation "
      "LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid "
      "LEFT JOIN pg_catalog.pg_class t ON t.oid = coalesce(x.indrelid, c.oid) "
      "LEFT JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid "
      "WHERE l.pid IN ({}) AND (c.oid IS NULL OR c.oid >= 16384) "
      "AND (l.locktype <> 'virtualxid' OR NOT l.granted)",
      since, deadlock_timeout, fmt::join(run, ","));
}

std::vector<live::SeenWait> waits_in(const live::Reply& reply) {
  const std::vector<Row> rows = rows_of(reply);
  std::vector<live::SeenWait> waits;
  for (const Row& row : rows) {
    if (row.granted) continue;
    live::SeenWait wait{row.backend, row.lock, {}, row.ripe};
    for (const live::ConnectionId blocker : row.blockers) wait.blockers.push_back(by(rows, row, blocker));
    waits.push_back(std::move(wait));
  }
  return waits;
}

std::vector<live::SeenLock> locks_in(const live::Reply& reply) {
  std::vector<live::SeenLock> locks;
  for (Row& row : rows_of(reply)) locks.push_back({row.backend, std::move(row.lock)});
  return locks;
}

}  // namespace gridlock::postgres
