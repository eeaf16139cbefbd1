#include <fmt/format.h>

#include <charconv>
#include <map>
#include <utility>

#include "drivers/mysql/lock_rows.h"
#include "drivers/mysql/lock_words.h"

namespace gridlock::mysql::performance_schema {
namespace {

using live::ConnectionId;

std::string text(const Value& value) { return is_null(value) ? std::string() : to_text(value); }

ConnectionId number(const Value& value) {
  const auto integer = as_integer(value);
  return integer ? static_cast<ConnectionId>(*integer) : 0;
}

/// One of several rows of a waiter: for each of those in its way.
live::SeenWait& wait_of(std::vector<live::SeenWait>& waits, ConnectionId waiter, const Lock& wanted) {
  for (live::SeenWait& wait : waits)
    if (wait.waiter == waiter) return wait;
  live::SeenWait& fresh = waits.emplace_back();
  fresh.waiter = waiter;
  fresh.wanted = wanted;
  fresh.wanted.waiting = true;
  return fresh;
}

void read_row_waits(const live::Reply& reply, std::vector<live::SeenWait>& waits) {
  enum Column : std::size_t {
    waiter,
    type,
    table,
    index,
    mode,
    data,
    blocker,
    blocking_type,
    blocking_table,
    blocking_index,
    blocking_mode,
    blocking_status,
    blocking_data,
    columns
  };
  for (const auto& row : reply.rows) {
    if (row.size() < columns) continue;
    const Lock wanted = row_lock(text(row[type]), text(row[mode]), text(row[table]), text(row[index]), text(row[data]));
    live::SeenWait& wait = wait_of(waits, number(row[waiter]), wanted);
    live::SeenWait::By by{number(row[blocker]),
                          row_lock(text(row[blocking_type]), text(row[blocking_mode]), text(row[blocking_table]),
                                   text(row[blocking_index]), text(row[blocking_data])),
                          text(row[blocking_status]) == "GRANTED"};
    by.lock.waiting = !by.hard;
    wait.blockers.push_back(std::move(by));
  }
}

void read_metadata_waits(const live::Reply& reply, std::vector<live::SeenWait>& waits) {
  enum Column : std::size_t { waiter, type, name, mode, blocker, blocking_mode, blocking_status, columns };
  for (const auto& row : reply.rows) {
    if (row.size() < columns) continue;
    const Lock wanted = metadata_lock(text(row[type]), text(row[mode]), text(row[name]));
    live::SeenWait& wait = wait_of(waits, number(row[waiter]), wanted);
    const std::string other = text(row[blocking_mode]);
    const bool granted = text(row[blocking_status]) == "GRANTED";
    const bool ahead = goes_first(other) && !goes_first(wanted.mode);
    if (other.empty() || !metadata_conflict(wanted.mode, other) || (!granted && !ahead)) continue;
    live::SeenWait::By by{number(row[blocker]), metadata_lock(text(row[type]), other, text(row[name])), granted};
    by.lock.waiting = !granted;
    wait.blockers.push_back(std::move(by));
  }
}

}  // namespace

// The owner of a lock is told by its transaction: THREAD_ID is who made the lock explicit, often the waiter itself.
// A table lock is always asked for by its owner, and every owner of row locks has one.
std::vector<std::string> waits_queries(const std::vector<ConnectionId>& run) {
  return {fmt::format("SELECT rt.PROCESSLIST_ID, r.LOCK_TYPE, r.OBJECT_NAME, r.INDEX_NAME, r.LOCK_MODE, r.LOCK_DATA, "
                      "ot.PROCESSLIST_ID, b.LOCK_TYPE, b.OBJECT_NAME, b.INDEX_NAME, b.LOCK_MODE, b.LOCK_STATUS, "
                      "b.LOCK_DATA FROM performance_schema.data_lock_waits w "
                      "JOIN performance_schema.data_locks r ON r.ENGINE_LOCK_ID = w.REQUESTING_ENGINE_LOCK_ID "
                      "JOIN performance_schema.data_locks b ON b.ENGINE_LOCK_ID = w.BLOCKING_ENGINE_LOCK_ID "
                      "JOIN performance_schema.threads rt ON rt.THREAD_ID = w.REQUESTING_THREAD_ID "
                      "LEFT JOIN performance_schema.data_locks o ON "
                      "o.ENGINE_TRANSACTION_ID = w.BLOCKING_ENGINE_TRANSACTION_ID AND o.LOCK_TYPE = 'TABLE' "
                      "LEFT JOIN performance_schema.threads ot ON ot.THREAD_ID = o.THREAD_ID "
                      "WHERE rt.PROCESSLIST_ID IN ({})",
                      fmt::join(run, ",")),
          fmt::format("SELECT pt.PROCESSLIST_ID, p.OBJECT_TYPE, p.OBJECT_NAME, p.LOCK_TYPE, gt.PROCESSLIST_ID, "
                      "g.LOCK_TYPE, g.LOCK_STATUS FROM performance_schema.metadata_locks p "
                      "JOIN performance_schema.threads pt ON pt.THREAD_ID = p.OWNER_THREAD_ID "
                      "LEFT JOIN performance_schema.metadata_locks g ON g.OBJECT_TYPE = p.OBJECT_TYPE "
                      "AND g.OBJECT_SCHEMA <=> p.OBJECT_SCHEMA AND g.OBJECT_NAME <=> p.OBJECT_NAME "
                      "AND g.OWNER_THREAD_ID <> p.OWNER_THREAD_ID "
                      "LEFT JOIN performance_schema.threads gt ON gt.THREAD_ID = g.OWNER_THREAD_ID "
                      "WHERE p.LOCK_STATUS = 'PENDING' AND pt.PROCESSLIST_ID IN ({})",
                      fmt::join(run, ","))};
}

std::vector<live::SeenWait> waits_in(const std::vector<live::Reply>& replies) {
  std::vector<live::SeenWait> waits;
  read_row_waits(replies.at(0), waits);
  read_metadata_waits(replies.at(1), waits);
  return waits;
}

std::vector<std::string> locks_queries(const std::vector<ConnectionId>& run, const std::string& database) {
  return {
      "SELECT ENGINE_TRANSACTION_ID, THREAD_ID, LOCK_TYPE, OBJECT_NAME, INDEX_NAME, LOCK_MODE, LOCK_STATUS, "
      "LOCK_DATA FROM performance_schema.data_locks WHERE OBJECT_SCHEMA = '" +
          database + "'",
      fmt::format("SELECT THREAD_ID, PROCESSLIST_ID FROM performance_schema.threads WHERE PROCESSLIST_ID IN ({})",
                  fmt::join(run, ","))};
}

std::vector<live::SeenLock> locks_in(const std::vector<live::Reply>& replies) {
  enum Column : std::size_t { transaction, thread, type, table, index, mode, status, data, columns };
  std::map<ConnectionId, ConnectionId> connection_of;  // by thread
  for (const auto& row : replies.at(1).rows) connection_of[number(row[0])] = number(row[1]);
  std::map<std::string, ConnectionId> owner_of;  // by transaction
  for (const auto& row : replies.at(0).rows)
    if (text(row.at(type)) == "TABLE") owner_of[text(row[transaction])] = connection_of[number(row[thread])];
  std::vector<live::SeenLock> locks;
  for (const auto& row : replies.at(0).rows) {
    live::SeenLock seen{owner_of[text(row[transaction])], row_lock(text(row[type]), text(row[mode]), text(row[table]),
                                                                   text(row[index]), text(row[data]))};
    seen.lock.waiting = text(row[status]) == "WAITING";
    locks.push_back(std::move(seen));
  }
  return locks;
}

}  // namespace gridlock::mysql::performance_schema
