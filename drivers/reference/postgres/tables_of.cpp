// Which tables a statement opens, in the order of parse analysis: the written one, FROM, the select list, WHERE.
// Source: parser/analyze.c (transformSelectStmt, transformInsertStmt, transformUpdateStmt), parse_clause.c.
#include <algorithm>

#include "drivers/reference/postgres/plan.h"

namespace gridlock::reference::postgres {
namespace {

class Walker {
 public:
  std::vector<TableWish> wishes;

  void select(const sql::Select& select) {
    for (const sql::TableRef& ref : select.from) {
      const bool locked = std::any_of(select.locking.begin(), select.locking.end(), [&](const sql::LockingClause& one) {
        return one.of.empty() || std::any_of(one.of.begin(), one.of.end(), [&](const sql::Name& name) {
                 return sql::same_name(name.text, ref.binding());
               });
      });
      open(ref, locked ? takes::select_for : takes::select);
    }
    for (const sql::TableRef& ref : select.from) maybe(ref.on);
    for (const sql::SelectItem& item : select.items) expression(item.expr);
    maybe(select.where);
    for (const sql::Expr& key : select.group_by) expression(key);
    maybe(select.having);
    for (const sql::OrderItem& order : select.order_by) expression(order.expr);
  }

  void insert(const sql::Insert& insert) {
    open(insert.table, takes::write);
    if (insert.select) select(*insert.select);
    for (const auto& row : insert.rows)
      for (const sql::Expr& value : row) expression(value);
    if (insert.on_conflict) {
      assignments(insert.on_conflict->set);
      maybe(insert.on_conflict->where);
    }
    items(insert.returning);
  }

  void update(const sql::Update& update) {
    for (const sql::TableRef& ref : update.tables) open(ref, takes::write);
    for (const sql::TableRef& ref : update.from) open(ref, takes::select);
    assignments(update.set);
    for (const sql::TableRef& ref : update.from) maybe(ref.on);
    maybe(update.where);
    items(update.returning);
  }

  void erase(const sql::Delete& erase) {
    open(erase.table, takes::write);
    for (const sql::TableRef& ref : erase.using_tables) open(ref, takes::select);
    maybe(erase.where);
    items(erase.returning);
  }

 private:
  void open(const sql::TableRef& ref, Mode mode) { wishes.push_back({ref.table.text, mode, ref.table.span}); }
  void maybe(const std::optional<sql::Expr>& expr) {
    if (expr) expression(*expr);
  }
  void items(const std::vector<sql::SelectItem>& list) {
    for (const sql::SelectItem& item : list) expression(item.expr);
  }
  void assignments(const std::vector<sql::Assignment>& set) {
    for (const sql::Assignment& one : set) expression(one.value);
  }
  void expression(const sql::Expr& expr) {
    for (const sql::Expr& argument : expr.args) expression(argument);
    if (expr.subquery) select(*expr.subquery);
  }
};

}  // namespace

std::vector<TableWish> tables_of(const sql::StatementNode& node) {
  Walker walker;
  if (const auto* select = std::get_if<sql::Select>(&node)) walker.select(*select);
  if (const auto* insert = std::get_if<sql::Insert>(&node)) walker.insert(*insert);
  if (const auto* update = std::get_if<sql::Update>(&node)) walker.update(*update);
  if (const auto* erase = std::get_if<sql::Delete>(&node)) walker.erase(*erase);
  return walker.wishes;
}

}  // namespace gridlock::reference::postgres
