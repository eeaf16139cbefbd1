#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "drivers/mysql/lock_rows.h"
#include "drivers/mysql/lock_words.h"
#include "model/sql/parse.h"

namespace gridlock::mysql::information_schema {
namespace {

using live::ConnectionId;

std::string text(const Value& value) { return is_null(value) ? std::string() : to_text(value); }

ConnectionId number(const Value& value) {
  const auto integer = as_integer(value);
  return integer ? static_cast<ConnectionId>(*integer) : 0;
}

/// "`shop`.`items`" is `items`.
std::string table_of(std::string name) {
  if (const std::size_t dot = name.find("`.`"); dot != std::string::npos) name = name.substr(dot + 2);
  if (name.size() >= 2 && name.front() == '`') name = name.substr(1, name.find('`', 1) - 1);
  return name;
}

std::string unquoted(std::string name) {
  if (name.size() >= 2 && name.front() == '`' && name.back() == '`') name = name.substr(1, name.size() - 2);
  return name;
}

/// MariaDB leaves REC_NOT_GAP out: a plain `X` may lock the gap, too, and is told as what is sure.
Lock lock_of(const Value& type, const Value& mode, const Value& table, const Value& index, const Value& data) {
  Lock lock = row_lock(text(type), text(mode), table_of(text(table)), unquoted(text(index)), text(data));
  if (lock.kind == LockKind::next_key) lock.kind = LockKind::record;
  return lock;
}

void read_row_waits(const live::Reply& reply, std::vector<live::SeenWait>& waits) {
  enum Column : std::size_t {
    waiter,
    type,
    mode,
    table,
    index,
    data,
    blocker,
    blocking_type,
    blocking_mode,
    blocking_table,
    blocking_index,
    blocking_data,
    blocking_waits,
    columns
  };
  for (const auto& row : reply.rows) {
    if (row.size() < columns) continue;
    const ConnectionId id = number(row[waiter]);
    auto wait = std::find_if(waits.begin(), waits.end(), [&](const live::SeenWait& one) { return one.waiter == id; });
    if (wait == waits.end()) {
      wait = waits.insert(
          waits.end(), live::SeenWait{id, lock_of(row[type], row[mode], row[table], row[index], row[data]), {}, true});
      wait->wanted.waiting = true;
    }
    live::SeenWait::By by{
        number(row[blocker]),
        lock_of(row[blocking_type], row[blocking_mode], row[blocking_table], row[blocking_index], row[blocking_data]),
        number(row[blocking_waits]) == 0};
    by.lock.waiting = !by.hard;
    wait->blockers.push_back(std::move(by));
  }
}

/// What a statement that waits for a metadata or user lock asks for, by its own text.
struct Asked {
  std::vector<std::string> names;  ///< every word and text of it: tables, and the user lock's name
  std::vector<std::string> texts;  ///< only what stands in quotes: the user lock's name is the first
};

Asked asked_by(const std::string& sql) {
  Asked asked;
  for (const sql::Token& token : sql::tokens(sql, sql::Dialect::mysql)) {
    std::string word = sql.substr(token.span.begin, token.span.end - token.span.begin);
    if (token.kind == sql::Token::Kind::word || token.kind == sql::Token::Kind::quoted_name)
      asked.names.push_back(unquoted(word));
    if (token.kind == sql::Token::Kind::string && word.size() >= 2)
      asked.texts.push_back(word.substr(1, word.size() - 2));
  }
  asked.names.insert(asked.names.end(), asked.texts.begin(), asked.texts.end());
  return asked;
}

bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) {
           return std::tolower(x) == std::tolower(y);
         });
}

struct Held {
  ConnectionId holder = 0;
  std::string mode, name;
  bool user = false;
};

std::vector<Held> held_in(const live::Reply& reply) {
  std::vector<Held> held;
  for (const auto& row : reply.rows) {
    std::string mode = text(row.at(1));
    if (mode.starts_with("MDL_")) mode = mode.substr(4);
    const bool user = text(row.at(2)) == "User lock";
    held.push_back({number(row.at(0)), std::move(mode), user ? text(row.at(3)) : text(row.at(4)), user});
  }
  return held;
}

/// Without the plugin: the holder that IS_USED_LOCK names.
void add_holder(ConnectionId holder, const Asked& asked, live::SeenWait& wait) {
  wait.wanted = metadata_lock("USER LEVEL LOCK", "EXCLUSIVE", asked.texts.empty() ? "" : asked.texts.front());
  live::SeenWait::By by{holder, wait.wanted, true};
  wait.wanted.waiting = true;
  wait.blockers.push_back(std::move(by));
}

/// The server says that a session waits, and its statement says for what; who holds it, only the plugin says.
void read_metadata_waits(const live::Reply& reply, const std::vector<Held>& held, std::vector<live::SeenWait>& waits) {
  for (const auto& row : reply.rows) {
    live::SeenWait wait;
    wait.waiter = number(row.at(0));
    const bool user = text(row.at(1)) == "User lock";
    const Asked asked = asked_by(text(row.at(2)));
    wait.wanted.kind = user ? LockKind::user : LockKind::metadata;
    wait.wanted.waiting = true;
    for (const Held& one : held) {
      const bool named = std::any_of(asked.names.begin(), asked.names.end(),
                                     [&](const std::string& name) { return same_text(name, one.name); });
      if (one.holder == wait.waiter || one.user != user || !named) continue;
      const Lock lock = metadata_lock(user ? "USER LEVEL LOCK" : "TABLE", one.mode, one.name);
      if (wait.wanted.table.empty() && wait.wanted.object.empty()) {
        wait.wanted.table = lock.table;
        wait.wanted.object = lock.object;
        wait.wanted.mode = user ? "EXCLUSIVE" : "";
      }
      wait.blockers.push_back({one.holder, lock, true});
    }
    if (wait.blockers.empty() && user && number(row.at(3)) != 0) add_holder(number(row.at(3)), asked, wait);
    waits.push_back(std::move(wait));
  }
}

}  // namespace

std::vector<std::string> waits_queries(const std::vector<ConnectionId>& run, bool metadata_plugin) {
  const std::string ids = fmt::format("{}", fmt::join(run, ","));
  std::vector<std::string> queries{
      fmt::format(
          "SELECT r.trx_mysql_thread_id, rl.lock_type, rl.lock_mode, rl.lock_table, rl.lock_index, rl.lock_data, "
          "b.trx_mysql_thread_id, bl.lock_type, bl.lock_mode, bl.lock_table, bl.lock_index, bl.lock_data, "
          "b.trx_requested_lock_id <=> w.blocking_lock_id "
          "FROM information_schema.innodb_lock_waits w "
          "JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id "
          "JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id "
          "JOIN information_schema.innodb_locks rl ON rl.lock_id = w.requested_lock_id "
          "JOIN information_schema.innodb_locks bl ON bl.lock_id = w.blocking_lock_id "
          "WHERE r.trx_mysql_thread_id IN ({})",
          ids),
      // Who holds a user lock can be asked by its name, which stands in the statement.
      fmt::format("SELECT ID, STATE, INFO, IF(STATE = 'User lock', IS_USED_LOCK(REGEXP_REPLACE(INFO, "
                  "'(?is).*GET_LOCK\\\\s*\\\\(\\\\s*\\'([^\\']*)\\'.*', '\\\\1')), NULL) "
                  "FROM information_schema.PROCESSLIST WHERE ID IN ({}) AND "
                  "(STATE LIKE 'Waiting for %lock' OR STATE = 'User lock')",
                  ids)};
  if (metadata_plugin)
    queries.push_back(
        fmt::format("SELECT THREAD_ID, LOCK_MODE, LOCK_TYPE, TABLE_SCHEMA, TABLE_NAME "
                    "FROM information_schema.METADATA_LOCK_INFO WHERE THREAD_ID IN ({})",
                    ids));
  return queries;
}

std::vector<live::SeenWait> waits_in(const std::vector<live::Reply>& replies) {
  std::vector<live::SeenWait> waits;
  read_row_waits(replies.at(0), waits);
  read_metadata_waits(replies.at(1), replies.size() > 2 ? held_in(replies[2]) : std::vector<Held>(), waits);
  return waits;
}

}  // namespace gridlock::mysql::information_schema
