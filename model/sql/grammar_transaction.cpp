// BEGIN to COMMIT.
#include <array>

#include "model/sql/grammar.h"

namespace gridlock::sql {
namespace {

/// ISOLATION LEVEL ..., READ ONLY, [NOT] DEFERRABLE, WITH CONSISTENT SNAPSHOT.
bool transaction_mode(Cursor& c, Begin& begin) {
  const std::size_t start = c.position();
  if (c.accept("ISOLATION")) {
    c.expect("LEVEL");
    begin.isolation = isolation_level(c);
    c.only_postgres(c.since(start), "BEGIN with an isolation level",
                    "write SET TRANSACTION ISOLATION LEVEL ... before it, or `isolation:` in the workload");
    return true;
  }
  if (const auto read_only = access_mode(c)) {
    begin.read_only = read_only;
    return true;
  }
  if (c.accept("WITH")) {
    c.expect("CONSISTENT SNAPSHOT");
    c.only_mysql(c.since(start), "WITH CONSISTENT SNAPSHOT", "write ISOLATION LEVEL REPEATABLE READ");
    begin.consistent_snapshot = true;
    return true;
  }
  if (c.at("DEFERRABLE") || c.at("NOT DEFERRABLE")) c.beyond("DEFERRABLE", c.here());
  return false;
}

/// AND [NO] CHAIN, [NO] RELEASE behind COMMIT and ROLLBACK.
void completion(Cursor& c) {
  if (!c.accept("WORK")) c.accept("TRANSACTION");
  if (c.at("AND CHAIN") || c.at("RELEASE")) c.beyond(c.at("RELEASE") ? "RELEASE" : "AND CHAIN", c.here());
  if (c.at("PREPARED")) c.beyond("two-phase commit", c.here());
  c.accept("AND NO CHAIN");
  c.accept("NO RELEASE");
}

}  // namespace

Isolation isolation_level(Cursor& c) {
  if (c.accept("SERIALIZABLE")) return Isolation::serializable;
  if (c.accept("REPEATABLE")) {
    c.expect("READ");
    return Isolation::repeatable_read;
  }
  if (c.accept("READ COMMITTED")) return Isolation::read_committed;
  if (c.accept("READ UNCOMMITTED")) return Isolation::read_uncommitted;
  const bool read = c.accept("READ");
  c.fail_expected(read ? "COMMITTED or UNCOMMITTED after READ" : "an isolation level",
                  read ? std::initializer_list<std::string_view>{"COMMITTED", "UNCOMMITTED"}
                       : std::initializer_list<std::string_view>{"SERIALIZABLE", "REPEATABLE", "READ"});
}

std::optional<bool> access_mode(Cursor& c) {
  if (c.accept("READ ONLY")) return true;
  if (c.accept("READ WRITE")) return false;
  return std::nullopt;
}

StatementNode begin(Cursor& c) {
  if (c.accept("START")) {
    if (!c.at("TRANSACTION")) c.fail_expected("TRANSACTION after START", {"TRANSACTION"});
    c.expect("TRANSACTION");
  } else {
    c.expect("BEGIN");
    if (!c.accept("WORK")) c.accept("TRANSACTION");
  }
  Begin result;
  const bool some = transaction_mode(c, result);
  while (some && (c.accept(",") || !c.at_end()))
    if (!transaction_mode(c, result)) c.fail_expected("a transaction mode", {"ISOLATION", "READ", "WITH"});
  return result;
}

StatementNode commit(Cursor& c) {
  c.expect("COMMIT");
  completion(c);
  return Commit{};
}

StatementNode rollback(Cursor& c) {
  c.expect("ROLLBACK");
  completion(c);
  if (!c.accept("TO")) return Rollback{};
  c.accept("SAVEPOINT");
  return RollbackTo{c.name("a savepoint's name")};
}

StatementNode end(Cursor& c) {
  c.only_postgres(c.advance(), "END", "write COMMIT");
  completion(c);
  return Commit{};
}

StatementNode abort_transaction(Cursor& c) {
  c.only_postgres(c.advance(), "ABORT", "write ROLLBACK");
  completion(c);
  return Rollback{};
}

StatementNode savepoint(Cursor& c) {
  c.expect("SAVEPOINT");
  return Savepoint{c.name("a savepoint's name")};
}

StatementNode release(Cursor& c) {
  c.expect("RELEASE");
  if (!c.accept("SAVEPOINT") && c.dialect() == Dialect::mysql)
    c.fail_expected("SAVEPOINT", {"SAVEPOINT"}, "write RELEASE SAVEPOINT and its name");
  return ReleaseSavepoint{c.name("a savepoint's name")};
}

}  // namespace gridlock::sql
