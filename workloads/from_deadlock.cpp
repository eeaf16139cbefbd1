#include "workloads/from_deadlock.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "model/sql/parse.h"
#include "model/sql/print.h"

namespace gridlock {
namespace {

using sql::Expr;
using sql::ExprKind;
using sql::Op;

std::string bare(const std::string& table) { return table.substr(table.rfind('.') + 1); }

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// What the statements and locks let one know of a table.
struct Table {
  std::string name;                            ///< as it is first spelled
  std::vector<std::string> columns;            ///< lower case, in the order in which they are named
  std::set<std::string> texts;                 ///< of these, the ones compared with or set to text
  std::string key = "id";                      ///< the primary key's column
  std::map<std::string, std::string> indexes;  ///< secondary index to its column
  std::set<std::string> unique;                ///< of these, what must be unique for the lock to be as it is
  std::map<std::string, std::map<std::string, Value>> rows;  ///< by key as a literal: column to value

  void add(const std::string& column) {
    const std::string plain = lower(column);
    if (std::find(columns.begin(), columns.end(), plain) == columns.end()) columns.push_back(plain);
  }
};

class Story {
 public:
  explicit Story(const Deadlock& deadlock) : deadlock_(deadlock), postgres_(deadlock.engine == "postgres") {}

  bool read();
  std::string yaml(const std::string& name) const;
  std::string engine() const { return postgres_ ? "reference:postgres" : "reference:innodb"; }

 private:
  sql::Dialect dialect() const { return postgres_ ? sql::Dialect::postgres : sql::Dialect::mysql; }
  Table& table(const std::string& name);
  void read_statement(const sql::Statement& statement);
  void read_expr(const Expr& expr, Table& table);
  void read_select(const sql::Select& select);
  void read_insert(const sql::Insert& insert);
  void read_lock(const Lock& lock, const sql::Statement* statement);
  std::string column_for(const Lock& lock, const sql::Statement* statement, const Table& table) const;
  std::string schema() const;
  std::string earlier(std::size_t party) const;
  std::optional<std::string> by_key(const Lock& lock) const;
  std::optional<std::string> by_statement(const sql::Statement& waiting) const;

  const Deadlock& deadlock_;
  bool postgres_;
  std::vector<sql::Statement> statements_;
  std::map<std::string, Table> tables_;  ///< by bare lower-case name
};

Table& Story::table(const std::string& name) {
  Table& found = tables_[lower(bare(name))];
  if (found.name.empty()) found.name = bare(name);
  return found;
}

// --------------------------------------------------------------------------------------------------- what is named

const Expr* where_of(const sql::Statement& statement) {
  const auto of = [](const std::optional<Expr>& where) { return where ? &*where : nullptr; };
  if (const auto* update = std::get_if<sql::Update>(&statement.node)) return of(update->where);
  if (const auto* remove = std::get_if<sql::Delete>(&statement.node)) return of(remove->where);
  if (const auto* select = std::get_if<sql::Select>(&statement.node)) return of(select->where);
  return nullptr;
}

const sql::TableRef* table_of(const sql::Statement& statement) {
  if (const auto* update = std::get_if<sql::Update>(&statement.node))
    return update->tables.empty() ? nullptr : &update->tables.front();
  if (const auto* remove = std::get_if<sql::Delete>(&statement.node)) return &remove->table;
  if (const auto* insert = std::get_if<sql::Insert>(&statement.node)) return &insert->table;
  if (const auto* select = std::get_if<sql::Select>(&statement.node))
    return select->from.empty() ? nullptr : &select->from.front();
  return nullptr;
}

void Story::read_expr(const Expr& expr, Table& table) {
  if (expr.kind == ExprKind::column && expr.qualifier.empty()) table.add(expr.name);
  if (expr.kind == ExprKind::binary && expr.args.size() == 2 && expr.args[0].kind == ExprKind::column &&
      expr.args[1].kind == ExprKind::literal && std::holds_alternative<std::string>(expr.args[1].value))
    table.texts.insert(lower(expr.args[0].name));
  for (const Expr& argument : expr.args) read_expr(argument, table);
}

void Story::read_select(const sql::Select& select) {
  if (select.from.empty()) return;
  Table& from = table(select.from.front().table.text);
  for (const sql::SelectItem& item : select.items) read_expr(item.expr, from);
  if (select.where) read_expr(*select.where, from);
  for (const sql::OrderItem& order : select.order_by) read_expr(order.expr, from);
}

void Story::read_insert(const sql::Insert& insert) {
  Table& into = table(insert.table.table.text);
  const std::size_t width = insert.rows.empty() ? 0 : insert.rows.front().size();
  if (insert.columns.empty())  // `INSERT INTO t VALUES (...)`: the key comes first, as nearly always
    for (std::size_t i = into.columns.size(); i < width; ++i) into.add(i == 0 ? into.key : fmt::format("c{}", i + 1));
  for (std::size_t i = 0; i < insert.columns.size(); ++i) {
    into.add(insert.columns[i].text);
    for (const auto& row : insert.rows)
      if (i < row.size() && row[i].kind == ExprKind::literal && std::holds_alternative<std::string>(row[i].value))
        into.texts.insert(lower(insert.columns[i].text));
  }
  if (insert.select) read_select(*insert.select);
}

void Story::read_statement(const sql::Statement& statement) {
  if (const auto* select = std::get_if<sql::Select>(&statement.node)) return read_select(*select);
  if (const auto* insert = std::get_if<sql::Insert>(&statement.node)) return read_insert(*insert);
  if (const sql::TableRef* of = table_of(statement)) {
    Table& known = table(of->table.text);
    if (const Expr* where = where_of(statement)) read_expr(*where, known);
    if (const auto* update = std::get_if<sql::Update>(&statement.node))
      for (const sql::Assignment& set : update->set) {
        known.add(set.column.text);
        if (set.value.kind == ExprKind::literal && std::holds_alternative<std::string>(set.value.value))
          known.texts.insert(lower(set.column.text));
        read_expr(set.value, known);
      }
  }
}

/// Columns that the WHERE clause compares with a literal by equality, and the literals.
void equalities(const Expr& expr, std::vector<std::pair<std::string, Value>>& out) {
  if (expr.kind == ExprKind::binary && expr.op == Op::equal && expr.args.size() == 2 &&
      expr.args[0].kind == ExprKind::column && expr.args[1].kind == ExprKind::literal)
    out.emplace_back(lower(expr.args[0].name), expr.args[1].value);
  if (expr.kind == ExprKind::binary && expr.op == Op::logical_and)
    for (const Expr& argument : expr.args) equalities(argument, out);
}

std::vector<std::pair<std::string, Value>> equalities_of(const sql::Statement& statement) {
  std::vector<std::pair<std::string, Value>> out;
  if (const Expr* where = where_of(statement)) equalities(*where, out);
  if (const auto* insert = std::get_if<sql::Insert>(&statement.node))
    for (const auto& row : insert->rows)
      for (std::size_t i = 0; i < std::min(row.size(), insert->columns.size()); ++i)
        if (row[i].kind == ExprKind::literal) out.emplace_back(lower(insert->columns[i].text), row[i].value);
  return out;
}

bool is_primary(const Lock& lock) {
  return lock.index.empty() || lock.index == "PRIMARY" || lock.index == "GEN_CLUST_INDEX" ||
         lock.index.ends_with("_pkey");
}

/// The column that a statement compares with the lock's key; else the one that it compares at all.
std::string Story::column_for(const Lock& lock, const sql::Statement* statement, const Table& known) const {
  if (statement == nullptr) return {};
  const sql::TableRef* of = table_of(*statement);
  if (of == nullptr || lower(of->table.text) != lower(known.name)) return {};
  const auto compared = equalities_of(*statement);
  for (const auto& [column, value] : compared)
    if (!lock.key.empty() && lock.key.front().value == value) return column;
  return compared.empty() ? std::string() : compared.front().first;
}

void Story::read_lock(const Lock& lock, const sql::Statement* statement) {
  if (lock.table.empty()) return;
  Table& known = table(lock.table);
  const std::string column = column_for(lock, statement, known);
  if (is_primary(lock)) {
    if (!column.empty()) known.key = column;
  } else if (!column.empty() || known.indexes.count(lock.index) == 0) {
    known.indexes[lock.index] = column.empty() ? lower(lock.index) : column;
    known.add(known.indexes[lock.index]);
  }
}

bool Story::read() {
  for (const Party& party : deadlock_.parties) {
    if (party.statement.empty()) return false;
    auto parsed = sql::parse_statement(party.statement, dialect());
    if (!parsed.problems.empty() || parsed.statements.size() != 1 || table_of(parsed.statements[0]) == nullptr)
      return false;
    statements_.push_back(std::move(parsed.statements[0]));
  }
  for (std::size_t i = 0; i < deadlock_.parties.size(); ++i) {
    const Party& party = deadlock_.parties[i];
    if (party.waits_for) read_lock(*party.waits_for, &statements_[i]);
    const std::size_t before = (i + statements_.size() - 1) % statements_.size();
    if (!party.holds.empty()) read_lock(party.holds.front(), &statements_[before]);
  }
  if (postgres_)  // no lock of it names a key
    for (const sql::Statement& statement : statements_)
      if (const auto compared = equalities_of(statement); !compared.empty())
        table(table_of(statement)->table.text).key = compared.front().first;
  for (const sql::Statement& statement : statements_) read_statement(statement);
  // The rows: every key that a lock or a statement names, and one behind.
  const auto add_row = [](Table& known, const std::string& column, const Value& value) {
    const std::string literal = to_sql(value);
    known.rows[column == known.key ? literal : "of " + column + " " + literal][column] = value;
  };
  for (std::size_t i = 0; i < deadlock_.parties.size(); ++i) {
    const auto row_of = [&](const Lock& lock) {
      if (lock.table.empty() || lock.key.empty() || !lock.key.front().value || is_null(*lock.key.front().value)) return;
      Table& known = table(lock.table);
      if (is_primary(lock)) return add_row(known, known.key, *lock.key.front().value);
      const Value& primary = lock.key.back().value.value_or(*lock.key.front().value);
      known.rows[to_sql(primary)][known.key] = primary;
      known.rows[to_sql(primary)][known.indexes[lock.index]] = *lock.key.front().value;
    };
    if (deadlock_.parties[i].waits_for) row_of(*deadlock_.parties[i].waits_for);
    for (const Lock& lock : deadlock_.parties[i].holds) row_of(lock);
    if (std::holds_alternative<sql::Insert>(statements_[i].node) || !postgres_) continue;
    Table& known = table(table_of(statements_[i])->table.text);
    for (const auto& [column, value] : equalities_of(statements_[i]))
      if (column == known.key) add_row(known, column, value);
  }
  for (auto& [name, known] : tables_) {
    const auto key = std::find(known.columns.begin(), known.columns.end(), known.key);
    if (key != known.columns.end()) known.columns.erase(key);
    known.columns.insert(known.columns.begin(), known.key);
    for (const auto& [literal, row] : known.rows)
      for (const auto& [column, value] : row)
        if (std::holds_alternative<std::string>(value)) known.texts.insert(column);
  }
  return true;
}

// ------------------------------------------------------------------------------------------------------- what is told

std::string Story::schema() const {
  std::string out;
  for (const auto& [id, known] : tables_) {
    std::string columns;
    for (const std::string& column : known.columns)
      columns += fmt::format("{}{} {}{}", columns.empty() ? "" : ", ", column,
                             known.texts.count(column) > 0 ? "VARCHAR(190)" : "BIGINT",
                             column == known.key ? " PRIMARY KEY" : "");
    out += fmt::format("  CREATE TABLE {} ({});\n", known.name, columns);
    for (const auto& [index, column] : known.indexes)
      out += fmt::format("  CREATE INDEX {} ON {} ({});\n", index, known.name, column);
    for (const auto& [literal, row] : known.rows) {
      if (row.count(known.key) == 0) continue;
      std::string names, values;
      for (const auto& [column, value] : row) {
        names += (names.empty() ? "" : ", ") + column;
        values += (values.empty() ? "" : ", ") + sql::literal(value, dialect());
      }
      out += fmt::format("  INSERT INTO {} ({}) VALUES ({});\n", known.name, names, values);
    }
  }
  return out;
}

/// The row that the lock covers, or a value in its gap.
std::optional<std::string> Story::by_key(const Lock& lock) const {
  const auto known = tables_.find(lower(bare(lock.table)));
  if (known == tables_.end()) return std::nullopt;
  const bool shared = lock.mode.starts_with("S");
  const std::string clause = shared ? "FOR SHARE" : "FOR UPDATE";
  std::string column = known->second.key;
  if (!is_primary(lock)) {
    const auto index = known->second.indexes.find(lock.index);
    if (index == known->second.indexes.end()) return std::nullopt;
    column = index->second;
  }
  if (lock.supremum)
    return fmt::format("SELECT * FROM {} WHERE {} > 1000000000 {}", known->second.name, column, clause);
  if (lock.key.empty() || !lock.key.front().value) return std::nullopt;
  Value value = *lock.key.front().value;
  if (lock.kind == LockKind::gap) {
    if (!std::holds_alternative<std::int64_t>(value)) return std::nullopt;
    value = std::get<std::int64_t>(value) - 1;
  }
  return fmt::format("SELECT * FROM {} WHERE {} = {} {}", known->second.name, column, sql::literal(value, dialect()),
                     clause);
}

/// The rows that a statement waits for, locked by somebody else.
std::optional<std::string> Story::by_statement(const sql::Statement& waiting) const {
  if (std::holds_alternative<sql::Insert>(waiting.node)) return waiting.text;
  const sql::TableRef* of = table_of(waiting);
  const Expr* where = where_of(waiting);
  return fmt::format("SELECT * FROM {}{} FOR UPDATE", of->table.text,
                     where == nullptr ? "" : " WHERE " + sql::to_sql(*where, dialect()));
}

/// What takes the lock that is in the way of the party before.
std::string Story::earlier(std::size_t party) const {
  const Party& holder = deadlock_.parties[party];
  const std::size_t before = (party + statements_.size() - 1) % statements_.size();
  const Lock* held = holder.holds.empty() ? nullptr : &holder.holds.front();
  const bool row =
      held != nullptr && !held->table.empty() && !held->waiting && held->kind != LockKind::insert_intention;
  if (row)
    if (auto taken = by_key(*held)) return *taken;
  return by_statement(statements_[before]).value_or("SELECT 1");
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return text;
}

/// A YAML scalar in quotes: a statement may hold any character.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : one_line(text)) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string Story::yaml(const std::string& name) const {
  std::string out = fmt::format(
      "name: {}\n# Inferred: the log does not tell the tables. Columns are those that the statements name.\nschema: "
      "|\n{}sessions:\n",
      quoted(name), schema());
  std::string first, second, last;
  const bool gaps = std::any_of(deadlock_.parties.begin(), deadlock_.parties.end(), [](const Party& party) {
    return party.waits_for && (party.waits_for->kind == LockKind::insert_intention ||
                               party.waits_for->kind == LockKind::next_key || party.waits_for->kind == LockKind::gap);
  });
  for (std::size_t i = 0; i < statements_.size(); ++i) {
    const Party& party = deadlock_.parties[i];
    out += fmt::format("  t{0}:  # {1}\n    isolation: {2}\n    steps:\n      - t{0}_begin: BEGIN\n", i + 1,
                       one_line(party.name),
                       postgres_ ? "read committed"
                       : gaps    ? "repeatable read"
                                 : "read committed");
    out += fmt::format("      - t{}_holds: {}  # inferred from the lock that it held\n", i + 1, quoted(earlier(i)));
    out += fmt::format("      - t{}_waits: {}  # from the log\n      - t{}_commit: COMMIT\n", i + 1,
                       quoted(statements_[i].text), i + 1);
    first += fmt::format("{}t{}_begin, t{}_holds", first.empty() ? "" : ", ", i + 1, i + 1);
    second += fmt::format(", t{}_waits", i + 1);
    last += fmt::format(", t{}_commit", i + 1);
  }
  return out + fmt::format("orders:\n  - [{}{}{}]\n", first, second, last);
}

}  // namespace

std::optional<InferredStory> story_from(const Deadlock& deadlock, const std::string& name) {
  if (deadlock.parties.size() < 2) return std::nullopt;
  Story story(deadlock);
  if (!story.read()) return std::nullopt;
  return InferredStory{story.yaml(name), story.engine()};
}

}  // namespace gridlock
