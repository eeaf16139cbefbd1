#include "model/sql/literals.h"
#include "model/sql/print.h"
#include "model/sql/print_parts.h"

namespace gridlock::sql {
namespace {

std::string_view words(Isolation isolation) {
  switch (isolation) {
    case Isolation::read_uncommitted: return "READ UNCOMMITTED";
    case Isolation::read_committed: return "READ COMMITTED";
    case Isolation::repeatable_read: return "REPEATABLE READ";
    case Isolation::serializable: return "SERIALIZABLE";
  }
  return "SERIALIZABLE";
}

std::string_view access_words(bool read_only) { return read_only ? "READ ONLY" : "READ WRITE"; }

void print(Printer& p, const Begin& begin) {
  std::vector<std::string> modes;
  if (begin.isolation) modes.push_back("ISOLATION LEVEL " + std::string(words(*begin.isolation)));
  if (begin.consistent_snapshot) modes.emplace_back("WITH CONSISTENT SNAPSHOT");
  if (begin.read_only) modes.emplace_back(access_words(*begin.read_only));
  p << (modes.empty() ? "BEGIN" : "START TRANSACTION ");
  print_list(p, modes, [&](const std::string& mode) { p << mode; });
}

void print(Printer& p, const SetIsolation& set) {
  if (!set.session)
    p << "SET TRANSACTION";
  else
    p << (p.dialect == Dialect::postgres ? "SET SESSION CHARACTERISTICS AS TRANSACTION" : "SET SESSION TRANSACTION");
  p << " ISOLATION LEVEL " << words(set.isolation);
  if (set.read_only) p << ", " << access_words(*set.read_only);
}

/// @user, or a system variable's words with dots between them.
void print_variable_name(Printer& p, const Name& name) {
  std::string_view rest = name.text;
  if (rest == "CHARACTER SET" || rest == "NAMES") {
    p << rest;
    return;
  }
  if (rest.starts_with('@')) return print_variable(p, rest.substr(1));
  for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
    p << quote_name(rest.substr(0, dot), p.dialect, name.quoted) << ".";
    rest.remove_prefix(dot + 1);
  }
  p << quote_name(rest, p.dialect, name.quoted);
}

void print(Printer& p, const SetVariable& set) {
  p << "SET " << (set.global ? "GLOBAL " : set.local ? "LOCAL " : "");
  print_variable_name(p, set.name);
  p << (set.name.text == "NAMES" || set.name.text == "CHARACTER SET" ? " " : " = ");
  const bool word = set.value.kind == ExprKind::column && set.value.qualifier.empty();  // alone it would be text
  if (word) p << "(";
  print(p, set.value);
  if (word) p << ")";
}

void print(Printer& p, const LockTables& lock) {
  const bool mysql =
      !lock.items.empty() && (lock.items[0].mode.starts_with("READ") || lock.items[0].mode.ends_with("WRITE"));
  p << (mysql ? "LOCK TABLES " : "LOCK TABLE ");
  print_list(p, lock.items, [&](const LockTables::Item& item) {
    print(p, item.table);
    if (mysql) p << " " << item.mode;
  });
  if (!mysql && !lock.items.empty()) p << " IN " << lock.items[0].mode << " MODE";
  if (lock.nowait) p << " NOWAIT";
}

void print(Printer& p, const DropTable& drop) {
  p << "DROP TABLE " << (drop.if_exists ? "IF EXISTS " : "");
  print_names(p, drop.tables);
}

void print(Printer& p, const DropIndex& drop) {
  p << "DROP INDEX " << (drop.if_exists ? "IF EXISTS " : "") << drop.name;
  if (drop.table) p << " ON " << *drop.table;
}

void print(Printer& p, const Truncate& truncate) {
  p << "TRUNCATE TABLE ";
  print_names(p, truncate.tables);
}

void print(Printer& p, const Commit&) { p << "COMMIT"; }
void print(Printer& p, const Rollback&) { p << "ROLLBACK"; }
void print(Printer& p, const Savepoint& savepoint) { p << "SAVEPOINT " << savepoint.name; }
void print(Printer& p, const RollbackTo& rollback) { p << "ROLLBACK TO SAVEPOINT " << rollback.name; }
void print(Printer& p, const ReleaseSavepoint& release) { p << "RELEASE SAVEPOINT " << release.name; }
void print(Printer& p, const UnlockTables&) { p << "UNLOCK TABLES"; }

}  // namespace

Printer& Printer::operator<<(const Name& name) { return *this << quote_name(name.text, dialect, name.quoted); }

void print_names(Printer& p, const std::vector<Name>& names) {
  print_list(p, names, [&](const Name& name) { p << name; });
}

std::string identifier(const Name& name, Dialect dialect) { return quote_name(name.text, dialect, name.quoted); }

std::string to_sql(const Statement& statement, Dialect dialect) {
  if (std::holds_alternative<Unknown>(statement.node)) return statement.text;
  Printer p{dialect};
  std::visit(
      [&](const auto& node) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(node)>, Unknown>) print(p, node);
      },
      statement.node);
  return std::move(p.out);
}

}  // namespace gridlock::sql
