// LOCK TABLES of MySQL, LOCK TABLE of PostgreSQL.
#include <array>

#include "model/sql/grammar.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

constexpr std::array<std::string_view, 4> mysql_modes = {"READ LOCAL", "READ", "LOW_PRIORITY WRITE", "WRITE"};

// Longest first where one begins another.
constexpr std::array<std::string_view, 8> postgres_modes = {
    "ACCESS SHARE",        "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE",
    "SHARE ROW EXCLUSIVE", "SHARE",     "EXCLUSIVE",     "ACCESS EXCLUSIVE"};

template <std::size_t n>
std::optional<std::string> mode(Cursor& c, const std::array<std::string_view, n>& modes) {
  for (const auto words : modes)
    if (c.accept(words)) return std::string(words);
  return std::nullopt;
}

LockTables lock_mysql(Cursor& c, LockTables result) {
  while (true) {
    auto& item = result.items.back();
    const auto found = mode(c, mysql_modes);
    if (!found) c.fail_expected("READ or WRITE", {"READ", "WRITE"});
    item.mode = *found;
    if (!c.accept(",")) return result;
    result.items.push_back({table_ref(c), {}});
  }
}

LockTables lock_postgres(Cursor& c, LockTables result) {
  while (c.accept(",")) result.items.push_back({table_ref(c), {}});
  std::string words = "ACCESS EXCLUSIVE";
  if (c.accept("IN")) {
    const auto found = mode(c, postgres_modes);
    if (!found) c.fail_expected("a lock mode such as ACCESS EXCLUSIVE", {"ACCESS", "ROW", "SHARE", "EXCLUSIVE"});
    words = *found;
    c.expect("MODE");
  }
  for (auto& item : result.items) item.mode = words;
  result.nowait = c.accept("NOWAIT");
  return result;
}

}  // namespace

StatementNode lock(Cursor& c) {
  c.expect("LOCK");
  if (c.at("INSTANCE")) c.beyond("LOCK INSTANCE", c.here());
  const bool plural = c.accept("TABLES");
  const bool singular = !plural && c.accept("TABLE");
  LockTables result;
  result.items.push_back({table_ref(c), {}});
  const bool as_mysql = c.at_any({"READ", "WRITE", "LOW_PRIORITY"});
  if (c.dialect() == Dialect::mysql || as_mysql || plural) {
    if (!plural && !singular) c.fail_expected("TABLES after LOCK", {"TABLES"});
    if (c.dialect() == Dialect::mysql && c.at("IN"))
      c.fail(c.here(), "LOCK TABLE ... IN ... MODE is PostgreSQL's, not MySQL's", "write LOCK TABLES t READ or WRITE");
    if (c.dialect() == Dialect::postgres)
      c.fail(c.here(), "LOCK TABLES ... READ or WRITE is MySQL's, not PostgreSQL's",
             "write LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    return lock_mysql(c, std::move(result));
  }
  return lock_postgres(c, std::move(result));
}

StatementNode unlock(Cursor& c) {
  const std::size_t begin = c.position();
  c.expect("UNLOCK");
  if (c.at("INSTANCE")) c.beyond("UNLOCK INSTANCE", c.here());
  if (!c.accept("TABLES") && !c.accept("TABLE")) c.fail_expected("TABLES after UNLOCK", {"TABLES"});
  c.only_mysql(c.since(begin), "UNLOCK TABLES", "PostgreSQL lets go of table locks at the transaction's end");
  return UnlockTables{};
}

}  // namespace gridlock::sql
