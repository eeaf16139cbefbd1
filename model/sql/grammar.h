#pragma once
/// The rules of the grammar: each reads what it is named after from the cursor. Internal to model/sql.
///
/// A rule either returns and has moved the cursor behind what it read, or throws Malformed or Beyond.
/// Sources: MySQL 9 manual chapter 15 and sql/sql_yacc.yy; PostgreSQL 15 manual part VI and gram.y.
#include "model/sql/cursor.h"

namespace gridlock::sql {

// expressions (grammar_expression.cpp, grammar_operand.cpp, grammar_function.cpp, grammar_literal.cpp,
// grammar_case.cpp)
Expr expression(Cursor& c);
/// An expression of operators that bind at least as tightly as `+`: what may stand before NOT NULL or AND.
Expr simple_expression(Cursor& c);
Expr operand(Cursor& c);
/// `*` or table.*: stands only in a list of results and in COUNT.
bool at_star(const Cursor& c);
Expr star(Cursor& c);
/// A function call or a special form that begins with a name; nothing when none stands here.
std::optional<Expr> function_call(Cursor& c);
std::vector<Expr> expressions(Cursor& c);  ///< a, b, c
Expr value_or_default(Cursor& c);          ///< expression, or DEFAULT
std::string type_name(Cursor& c);          ///< `decimal(10,2)` as the upper-case text of a cast
Expr node(ExprKind kind, Span span);
Expr literal_node(Value value, Span span);
Expr string_literal(Cursor& c);
Expr typed_literal(Cursor& c);                   ///< DATE '2026-01-01', TIMESTAMP '2026-01-01 10:00:00'
std::optional<Value> constant(const Cursor& c);  ///< NULL, TRUE, FALSE; the cursor stays
Expr interval(Cursor& c);
Expr exists(Cursor& c);
Expr case_when(Cursor& c);
Expr literal_text(std::string text, Span span);  ///< a string literal node
Expr call(std::string name, std::vector<Expr> args, Span span);

// rows (grammar_select.cpp, grammar_table_ref.cpp, grammar_insert.cpp, grammar_change.cpp)
Select select(Cursor& c);
/// MySQL's DO f(): a SELECT whose result nobody wants.
StatementNode do_expressions(Cursor& c);
/// SELECT inside an expression or another statement; the parentheses are the caller's.
std::shared_ptr<const Select> subquery(Cursor& c);
bool at_subquery(const Cursor& c);
std::vector<SelectItem> select_items(Cursor& c);
std::vector<SelectItem> returning(Cursor& c);    ///< [RETURNING items]
std::vector<OrderItem> order_by(Cursor& c);      ///< [ORDER BY ...]
std::optional<Expr> where(Cursor& c);            ///< [WHERE ...]
TableRef table_name(Cursor& c);                  ///< [schema.]table
TableRef table_ref(Cursor& c);                   ///< [schema.]table [[AS] alias] [hints]
std::vector<TableRef> table_refs(Cursor& c);     ///< with joins and commas
std::vector<Assignment> assignments(Cursor& c);  ///< a = 1, t.b = 2
StatementNode insert(Cursor& c);
StatementNode update(Cursor& c);
StatementNode delete_rows(Cursor& c);

// transactions (grammar_transaction.cpp, grammar_set.cpp, grammar_lock.cpp)
StatementNode begin(Cursor& c);
StatementNode commit(Cursor& c);
StatementNode rollback(Cursor& c);
StatementNode end(Cursor& c);                ///< PostgreSQL's other word for COMMIT
StatementNode abort_transaction(Cursor& c);  ///< PostgreSQL's other word for ROLLBACK
StatementNode savepoint(Cursor& c);
StatementNode release(Cursor& c);
StatementNode set(Cursor& c);
StatementNode lock(Cursor& c);
StatementNode unlock(Cursor& c);
/// SERIALIZABLE, REPEATABLE READ, ...
Isolation isolation_level(Cursor& c);
/// READ ONLY or READ WRITE, if one stands here: true for READ ONLY.
std::optional<bool> access_mode(Cursor& c);

// definitions (grammar_create.cpp, grammar_column.cpp, grammar_key.cpp, grammar_alter.cpp)
StatementNode create(Cursor& c);
StatementNode drop(Cursor& c);
StatementNode alter(Cursor& c);
StatementNode truncate(Cursor& c);
Type type(Cursor& c);
/// One element of CREATE TABLE (...) or ALTER TABLE ADD.
void table_element(Cursor& c, CreateTable& table);
void column_definition(Cursor& c, CreateTable& table);
bool at_constraint(const Cursor& c);
void constraint(Cursor& c, CreateTable& table);
std::vector<KeyColumn> key_columns(Cursor& c);
/// What may follow a key's columns: USING BTREE, COMMENT 'x', ...
void key_options(Cursor& c);
/// REFERENCES parent (columns) [ON DELETE ...] [ON UPDATE ...].
void references(Cursor& c, ForeignKeyDef& key);
/// A word other than TABLE and INDEX behind CREATE, DROP or ALTER: beyond the AST, or a mistake.
[[noreturn]] void refuse_other_kinds(const Cursor& c, std::string_view verb);
/// A word that begins the name of a column type.
bool is_type_word(std::string_view word);
/// Moves on over a parenthesised text. REQUIRES: at `(`.
void skip_parentheses(Cursor& c);

}  // namespace gridlock::sql
