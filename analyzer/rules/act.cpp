#include "analyzer/rules/act.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <variant>

#include "model/sql/parse.h"

namespace gridlock::rules {
namespace {

using sql::Expr;
using sql::ExprKind;
using sql::Op;

void add_table(Act& act, const std::string& name) {
  if (name.empty()) return;
  if (act.table.empty()) act.table = name;
  if (!act.names(name)) act.tables.push_back(name);
}

Op mirrored(Op op) {
  switch (op) {
    case Op::less: return Op::greater;
    case Op::less_equal: return Op::greater_equal;
    case Op::greater: return Op::less;
    case Op::greater_equal: return Op::less_equal;
    default: return op;
  }
}

bool is_comparison(Op op) {
  constexpr std::array comparisons{Op::equal,   Op::null_safe_equal, Op::less,
                                   Op::greater, Op::less_equal,      Op::greater_equal};
  return std::find(comparisons.begin(), comparisons.end(), op) != comparisons.end();
}

void read_where(const Expr& expr, std::vector<Comparison>& out) {
  const auto is_column = [](const Expr& e) { return e.kind == ExprKind::column; };
  const auto is_literal = [](const Expr& e) { return e.kind == ExprKind::literal; };
  if (expr.kind == ExprKind::binary && expr.op == Op::logical_and) {
    for (const Expr& part : expr.args) read_where(part, out);
  } else if (expr.kind == ExprKind::binary && is_comparison(expr.op)) {
    const Expr &left = expr.args[0], &right = expr.args[1];
    const Op op = expr.op == Op::null_safe_equal ? Op::equal : expr.op;
    if (is_column(left) && is_literal(right)) out.push_back({left.name, op, {right.value}});
    if (is_literal(left) && is_column(right)) out.push_back({right.name, mirrored(op), {left.value}});
  } else if (expr.kind == ExprKind::between && !expr.negated && is_column(expr.args[0])) {
    if (is_literal(expr.args[1]) && is_literal(expr.args[2]))
      out.push_back({expr.args[0].name, Op::greater_equal, {expr.args[1].value, expr.args[2].value}});
  } else if (expr.kind == ExprKind::in_list && !expr.negated && is_column(expr.args[0])) {
    Comparison in{expr.args[0].name, Op::equal, {}};
    for (std::size_t i = 1; i < expr.args.size(); ++i)
      if (is_literal(expr.args[i])) in.values.push_back(expr.args[i].value);
    if (in.values.size() + 1 == expr.args.size()) out.push_back(std::move(in));
  }
}

void take_where(Act& act, const std::optional<Expr>& where) {
  if (!where) return;
  act.has_where = true;
  read_where(*where, act.where);
}

void add_tables(Act& act, const std::vector<sql::TableRef>& refs) {
  for (const sql::TableRef& ref : refs) add_table(act, ref.table.text);
}

/// Fills an Act from each kind of statement.
struct Reader {
  Act& act;

  void operator()(const sql::Select& select) const {
    act.verb = Verb::select;
    add_tables(act, select.from);
    take_where(act, select.where);
    for (const sql::LockingClause& clause : select.locking) {
      const bool shared =
          clause.strength == sql::LockStrength::share || clause.strength == sql::LockStrength::key_share;
      act.verb = shared ? Verb::lock_share : Verb::lock_update;
      act.skips_locked = act.skips_locked || clause.wait != sql::WaitPolicy::wait;
    }
  }
  void operator()(const sql::Insert& insert) const {
    const bool updates = !insert.on_duplicate_key.empty() || (insert.on_conflict && !insert.on_conflict->do_nothing);
    act.verb = insert.kind == sql::Insert::Kind::replace ? Verb::replace
               : updates                                 ? Verb::upsert
               : insert.select                           ? Verb::insert_select
                                                         : Verb::insert;
    add_table(act, insert.table.table.text);
    if (insert.select) add_tables(act, insert.select->from);
  }
  void operator()(const sql::Update& update) const {
    act.verb = Verb::update;
    add_tables(act, update.tables);
    add_tables(act, update.from);
    take_where(act, update.where);
  }
  void operator()(const sql::Delete& remove) const {
    act.verb = Verb::remove;
    add_table(act, remove.table.table.text);
    add_tables(act, remove.using_tables);
    take_where(act, remove.where);
  }
  void operator()(const sql::LockTables& lock) const {
    act.verb = Verb::lock_table;
    for (const auto& item : lock.items) add_table(act, item.table.table.text);
  }
  void operator()(const sql::CreateTable& create) const { define(create.name.text); }
  void operator()(const sql::CreateIndex& create) const { define(create.table.text); }
  void operator()(const sql::AlterTable& alter) const { define(alter.table.text); }
  void operator()(const sql::DropTable& drop) const {
    for (const sql::Name& name : drop.tables) define(name.text);
  }
  void operator()(const sql::DropIndex& drop) const { define(drop.table ? drop.table->text : std::string()); }
  void operator()(const sql::Truncate& truncate) const {
    for (const sql::Name& name : truncate.tables) define(name.text);
  }
  void operator()(const auto&) const {}

  void define(const std::string& name) const {
    act.verb = Verb::define;
    add_table(act, name);
  }
};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

/// The words of a statement without comments, names without quotes and schema.
std::vector<std::string> words_of(const std::string& sql, sql::Dialect dialect) {
  std::vector<std::string> words;
  bool qualified = false;
  for (const sql::Token& token : sql::tokens(sql, dialect)) {
    std::string text = sql.substr(token.span.begin, token.span.end - token.span.begin);
    if (token.kind == sql::Token::Kind::comment) continue;
    if (token.kind == sql::Token::Kind::quoted_name && text.size() >= 2) text = text.substr(1, text.size() - 2);
    if (text == "." && !words.empty()) {
      qualified = true;
      continue;
    }
    if (qualified) words.pop_back();
    qualified = false;
    words.push_back(std::move(text));
  }
  return words;
}

/// For statements that the parser cannot read: a log cuts them, and users write more than it knows.
void read_words(Act& act, sql::Dialect dialect) {
  const std::vector<std::string> words = words_of(act.sql, dialect);
  std::vector<std::string> big;
  for (const std::string& word : words) big.push_back(upper(word));
  if (big.empty()) return;
  const auto has = [&](std::string_view word) { return std::find(big.begin(), big.end(), word) != big.end(); };
  const auto after = [&](std::string_view word) {
    for (std::size_t i = 0; i + 1 < big.size(); ++i)
      if (big[i] == word) return words[i + 1];
    return std::string();
  };
  act.has_where = has("WHERE");
  if (big[0] == "INSERT" || big[0] == "REPLACE") {
    const bool upsert = has("DUPLICATE") || (has("CONFLICT") && has("SET"));
    act.verb = big[0] == "REPLACE" ? Verb::replace
               : upsert            ? Verb::upsert
               : has("SELECT")     ? Verb::insert_select
                                   : Verb::insert;
    add_table(act, has("INTO") ? after("INTO") : words.size() > 1 ? words[1] : std::string());
    if (has("SELECT")) add_table(act, after("FROM"));
  } else if (big[0] == "UPDATE") {
    act.verb = Verb::update;
    if (words.size() > 1) add_table(act, words[1]);
  } else if (big[0] == "DELETE") {
    act.verb = Verb::remove;
    add_table(act, after("FROM"));
  } else if (big[0] == "SELECT" || big[0] == "WITH") {
    const bool locks = has("FOR") && has("UPDATE");
    act.verb = locks ? Verb::lock_update : has("SHARE") ? Verb::lock_share : Verb::select;
    add_table(act, after("FROM"));
  } else {
    for (const std::string_view word :
         {"ALTER", "CREATE", "DROP", "TRUNCATE", "REINDEX", "VACUUM", "CLUSTER", "REFRESH"})
      if (big[0] == word) act.verb = Verb::define;
    if (big[0] == "LOCK") act.verb = Verb::lock_table;
    std::string name = after("TABLE");
    if (name.empty()) name = after("ON");
    if (name.empty() && words.size() > 1) name = words[1];
    if (act.verb != Verb::unknown) add_table(act, name);
  }
}

}  // namespace

bool Act::writes() const {
  switch (verb) {
    case Verb::insert:
    case Verb::insert_select:
    case Verb::upsert:
    case Verb::replace:
    case Verb::update:
    case Verb::remove: return true;
    default: return false;
  }
}

bool Act::inserts() const {
  return verb == Verb::insert || verb == Verb::insert_select || verb == Verb::upsert || verb == Verb::replace;
}

bool Act::names(std::string_view table_name) const {
  return std::any_of(tables.begin(), tables.end(),
                     [&](const std::string& table_named) { return sql::same_name(table_named, table_name); });
}

Act act_of(const std::string& step, const std::string& sql, sql::Dialect dialect) {
  Act act;
  act.step = step;
  act.sql = sql;
  sql::Parsed parsed = sql::parse_statement(sql, dialect);
  const bool read = parsed.problems.empty() && parsed.statements.size() == 1 &&
                    !std::holds_alternative<sql::Unknown>(parsed.statements.front().node);
  if (!read) {
    read_words(act, dialect);
    return act;
  }
  act.parsed = std::move(parsed.statements.front());
  std::visit(Reader{act}, act.parsed->node);
  return act;
}

bool asks_for(const Comparison& comparison, const Value& value) {
  if (comparison.values.empty()) return true;
  const auto order = [&](std::size_t i) { return compare(value, comparison.values[i]); };
  switch (comparison.op) {
    case Op::equal:
      return std::any_of(comparison.values.begin(), comparison.values.end(),
                         [&](const Value& one) { return compare(value, one) == 0; });
    case Op::less: return order(0) < 0;
    case Op::less_equal: return order(0) <= 0;
    case Op::greater: return order(0) > 0;
    case Op::greater_equal: return order(0) >= 0 && (comparison.values.size() < 2 || order(1) <= 0);
    default: return true;
  }
}

}  // namespace gridlock::rules
