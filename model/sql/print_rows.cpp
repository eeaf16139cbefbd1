#include "model/sql/literals.h"
#include "model/sql/print.h"
#include "model/sql/print_parts.h"

namespace gridlock::sql {
namespace {

void print_alias(Printer& p, const std::optional<Name>& alias) {
  if (alias) p << " AS " << *alias;
}

void print_items(Printer& p, const std::vector<SelectItem>& items) {
  print_list(p, items, [&](const SelectItem& item) {
    print(p, item.expr);
    print_alias(p, item.alias);
  });
}

void print_clause(Printer& p, std::string_view word, const std::optional<Expr>& expr) {
  if (!expr) return;
  p << " " << word << " ";
  print(p, *expr);
}

void print_count(Printer& p, std::string_view word, const std::optional<Expr>& expr) {
  if (!expr) return;
  p << " " << word << " ";
  print_simple(p, *expr);
}

void print_joined(Printer& p, const std::vector<TableRef>& refs) {
  for (std::size_t i = 0; i < refs.size(); ++i) {
    const auto& ref = refs[i];
    if (ref.join == TableRef::Join::comma) p << ", ";
    if (ref.join == TableRef::Join::inner) p << (ref.on ? " JOIN " : " CROSS JOIN ");
    if (ref.join == TableRef::Join::left) p << " LEFT JOIN ";
    print(p, ref);
    print_clause(p, "ON", ref.on);
  }
}

void print_order(Printer& p, const std::vector<OrderItem>& items) {
  if (items.empty()) return;
  p << " ORDER BY ";
  print_list(p, items, [&](const OrderItem& item) {
    print(p, item.expr);
    if (item.descending) p << " DESC";
  });
}

void print_locking(Printer& p, const LockingClause& clause) {
  switch (clause.strength) {
    case LockStrength::none: return;
    case LockStrength::key_share: p << " FOR KEY SHARE"; break;
    case LockStrength::share: p << " FOR SHARE"; break;
    case LockStrength::no_key_update: p << " FOR NO KEY UPDATE"; break;
    case LockStrength::update: p << " FOR UPDATE"; break;
  }
  if (!clause.of.empty()) {
    p << " OF ";
    print_names(p, clause.of);
  }
  if (clause.wait == WaitPolicy::nowait) p << " NOWAIT";
  if (clause.wait == WaitPolicy::skip_locked) p << " SKIP LOCKED";
}

void print_set(Printer& p, const std::vector<Assignment>& assignments) {
  print_list(p, assignments, [&](const Assignment& assignment) {
    if (assignment.table) p << *assignment.table << ".";
    p << assignment.column << " = ";
    print(p, assignment.value);
  });
}

void print_returning(Printer& p, const std::vector<SelectItem>& items) {
  if (items.empty()) return;
  p << " RETURNING ";
  print_items(p, items);
}

void print_source(Printer& p, const Insert& insert) {
  if (insert.select) {
    p << " ";
    print(p, *insert.select);
    return;
  }
  const bool no_values = insert.rows.size() == 1 && insert.rows[0].empty();
  if (no_values && p.dialect == Dialect::postgres) {
    p << " DEFAULT VALUES";
    return;
  }
  p << " VALUES ";
  print_list(p, insert.rows, [&](const std::vector<Expr>& row) {
    p << "(";
    print_list(p, row, [&](const Expr& value) { print(p, value); });
    p << ")";
  });
}

void print_on_conflict(Printer& p, const Insert::OnConflict& conflict) {
  p << " ON CONFLICT";
  if (!conflict.target.empty()) {
    p << " (";
    print_names(p, conflict.target);
    p << ")";
  }
  if (conflict.constraint) p << " ON CONSTRAINT " << *conflict.constraint;
  if (conflict.do_nothing) {
    p << " DO NOTHING";
    return;
  }
  p << " DO UPDATE SET ";
  print_set(p, conflict.set);
  print_clause(p, "WHERE", conflict.where);
}

}  // namespace

void print(Printer& p, const TableRef& ref) {
  if (ref.schema) p << *ref.schema << ".";
  p << ref.table;
  print_alias(p, ref.alias);
  if (ref.force_index.empty()) return;
  p << " FORCE INDEX (";
  print_names(p, ref.force_index);
  p << ")";
}

void print(Printer& p, const Select& select) {
  p << "SELECT " << (select.distinct ? "DISTINCT " : "");
  print_items(p, select.items);
  if (!select.from.empty()) p << " FROM ";
  print_joined(p, select.from);
  print_clause(p, "WHERE", select.where);
  if (!select.group_by.empty()) {
    p << " GROUP BY ";
    print_list(p, select.group_by, [&](const Expr& expr) { print(p, expr); });
  }
  print_clause(p, "HAVING", select.having);
  print_order(p, select.order_by);
  print_count(p, "LIMIT", select.limit);
  print_count(p, "OFFSET", select.offset);
  for (const auto& clause : select.locking) print_locking(p, clause);
}

void print(Printer& p, const Insert& insert) {
  p << (insert.kind == Insert::Kind::replace         ? "REPLACE INTO "
        : insert.kind == Insert::Kind::insert_ignore ? "INSERT IGNORE INTO "
                                                     : "INSERT INTO ");
  print(p, insert.table);
  if (!insert.columns.empty()) {
    p << " (";
    print_names(p, insert.columns);
    p << ")";
  }
  print_source(p, insert);
  print_alias(p, insert.row_alias);
  if (!insert.on_duplicate_key.empty()) {
    p << " ON DUPLICATE KEY UPDATE ";
    print_set(p, insert.on_duplicate_key);
  }
  if (insert.on_conflict) print_on_conflict(p, *insert.on_conflict);
  print_returning(p, insert.returning);
}

void print(Printer& p, const Update& update) {
  p << "UPDATE ";
  print_joined(p, update.tables);
  p << " SET ";
  print_set(p, update.set);
  if (!update.from.empty()) p << " FROM ";
  print_joined(p, update.from);
  print_clause(p, "WHERE", update.where);
  print_order(p, update.order_by);
  print_count(p, "LIMIT", update.limit);
  print_returning(p, update.returning);
}

void print(Printer& p, const Delete& delete_rows) {
  const auto& others = delete_rows.using_tables;
  const bool join = !others.empty() && others[0].join != TableRef::Join::first;  // MySQL's
  p << "DELETE ";
  if (join) p << (delete_rows.table.alias ? *delete_rows.table.alias : delete_rows.table.table) << " ";
  p << "FROM ";
  print(p, delete_rows.table);
  if (!others.empty() && !join) p << " USING ";
  print_joined(p, others);
  print_clause(p, "WHERE", delete_rows.where);
  print_order(p, delete_rows.order_by);
  print_count(p, "LIMIT", delete_rows.limit);
  print_returning(p, delete_rows.returning);
}

std::string to_sql(const Select& select, Dialect dialect) {
  Printer p{dialect};
  print(p, select);
  return std::move(p.out);
}

}  // namespace gridlock::sql
