#include "cli/lock_orders.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "drivers/engines.h"
#include "model/sql/parse.h"
#include "workloads/explore/explore.h"
#include "workloads/explore/schedule.h"
#include "workloads/load.h"

namespace gridlock {
namespace {

sql::Dialect dialect_named(const std::string& dialect) {
  return dialect == "postgres" ? sql::Dialect::postgres : sql::Dialect::mysql;
}

std::string isolation_words(const std::optional<sql::Isolation>& isolation) {
  if (!isolation) return "";
  constexpr std::array<const char*, 4> words{"read uncommitted", "read committed", "repeatable read", "serializable"};
  return words[static_cast<std::size_t>(*isolation)];
}

bool is_frame(const sql::StatementNode& node) {
  return std::holds_alternative<sql::Begin>(node) || std::holds_alternative<sql::Commit>(node) ||
         std::holds_alternative<sql::Rollback>(node);
}

/// The plan's sessions; statements whose parameters only a run would tell stay as they are, and are left out later.
void add_transactions(const explore::Plan& plan, TransactionTexts& texts, bool by_type) {
  for (std::size_t s = 0; s < plan.sessions.size(); ++s) {
    const auto& session = plan.sessions[s];
    NamedTransaction transaction{
        by_type ? session.transaction : session.name, isolation_words(plan.setup.sessions[s].isolation), {}};
    for (const auto& step : session.steps)
      if (!is_frame(step.statement->statement.node))
        transaction.statements.push_back(sql::bind(step.statement->text, dialect_named(texts.dialect), step.values));
    if (!transaction.statements.empty()) texts.transactions.push_back(std::move(transaction));
  }
}

/// `INSERT`s of the rows that `data:` made.
std::string data_text(const explore::Plan& plan) {
  std::string out;
  constexpr std::size_t rows_max = 1000;
  for (const TableData& table : *plan.data) {
    std::string columns;
    for (const std::string& column : table.columns) columns += (columns.empty() ? "" : ", ") + column;
    for (std::size_t i = 0; i < std::min(table.rows.size(), rows_max); ++i) {
      out += fmt::format("INSERT INTO {} ({}) VALUES (", table.table, columns);
      for (std::size_t c = 0; c < table.rows[i].size(); ++c) out += (c > 0 ? ", " : "") + to_sql(table.rows[i][c]);
      out += ");\n";
    }
  }
  return out;
}

std::string with_semicolon(std::string sql) {
  const std::size_t last = sql.find_last_not_of(" \n\t");
  sql.erase(last == std::string::npos ? 0 : last + 1);
  if (!sql.empty() && sql.back() != ';') sql += ';';
  return sql + "\n";
}

// ------------------------------------------------------------------------------------------------ rows of a log

/// `column = literal` anywhere in a condition.
void equalities(const sql::Expr& expr, std::vector<std::pair<std::string, Value>>& found) {
  if (expr.kind == sql::ExprKind::binary && expr.op == sql::Op::equal && expr.args.size() == 2 &&
      expr.args[0].kind == sql::ExprKind::column && expr.args[1].kind == sql::ExprKind::literal)
    found.emplace_back(expr.args[0].name, expr.args[1].value);
  if (expr.kind == sql::ExprKind::in_list && !expr.args.empty() && expr.args[0].kind == sql::ExprKind::column)
    for (std::size_t i = 1; i < expr.args.size(); ++i)
      if (expr.args[i].kind == sql::ExprKind::literal) found.emplace_back(expr.args[0].name, expr.args[i].value);
  for (const sql::Expr& arg : expr.args) equalities(arg, found);
}

struct Looked {
  std::string table;
  std::vector<std::pair<std::string, Value>> keys;
};

Looked looked_for(const sql::StatementNode& node) {
  Looked looked;
  const auto where = [&](const sql::TableRef& table, const std::optional<sql::Expr>& condition) {
    looked.table = table.table.text;
    if (condition) equalities(*condition, looked.keys);
  };
  if (const auto* update = std::get_if<sql::Update>(&node)) where(update->tables.front(), update->where);
  if (const auto* erase = std::get_if<sql::Delete>(&node)) where(erase->table, erase->where);
  if (const auto* select = std::get_if<sql::Select>(&node); select != nullptr && select->from.size() == 1)
    where(select->from.front(), select->where);
  return looked;
}

/// A value for a column that a statement says nothing of; different for different rows, for it may be unique.
Value some_value(const sql::Type& type, std::int64_t row) {
  switch (type.kind) {
    case sql::Type::Kind::text: return fmt::format("row {}", row);
    case sql::Type::Kind::date: return Date{static_cast<std::int32_t>(20'000 + row)};
    case sql::Type::Kind::datetime: return DateTime{1'700'000'000'000'000 + row * 1'000'000};
    default: return row;
  }
}

/// INSERTs of the rows that the statements look for by a single-column primary key.
std::string rows_looked_for(const std::vector<NamedTransaction>& transactions, const std::string& schema,
                            sql::Dialect dialect) {
  std::map<std::string, const sql::CreateTable*> tables;
  const sql::Parsed parsed = sql::parse_script(schema, dialect);
  for (const sql::Statement& statement : parsed.statements)
    if (const auto* create = std::get_if<sql::CreateTable>(&statement.node)) tables[create->name.text] = create;
  std::string out;
  std::set<std::string> made;
  std::int64_t row = 1'000;
  for (const NamedTransaction& transaction : transactions)
    for (const std::string& text : transaction.statements) {
      const sql::Parsed one = sql::parse_statement(text, dialect);
      if (one.statements.empty()) continue;
      const Looked looked = looked_for(one.statements.front().node);
      const auto table = tables.find(looked.table);
      if (table == tables.end()) continue;
      const auto& keys = table->second->keys;
      const auto primary = std::find_if(keys.begin(), keys.end(), [](const sql::KeyDef& key) {
        return key.kind == sql::KeyDef::Kind::primary && key.columns.size() == 1;
      });
      if (primary == keys.end()) continue;
      for (const auto& [column, value] : looked.keys) {
        if (!sql::same_name(column, primary->columns.front().name.text)) continue;
        if (!made.insert(looked.table + " " + to_sql(value)).second) continue;
        std::string columns, values;
        ++row;
        for (const sql::ColumnDef& definition : table->second->columns) {
          const bool key = sql::same_name(definition.name.text, column);
          if (!key && definition.default_value) continue;
          columns += (columns.empty() ? "" : ", ") + definition.name.text;
          values += (values.empty() ? "" : ", ") + to_sql(key ? value : some_value(definition.type, row));
        }
        out += fmt::format("INSERT INTO {} ({}) VALUES ({});\n", looked.table, columns, values);
      }
    }
  return out;
}

/// The kind of a transaction: its statements without literals.
std::string kind_of(const NamedTransaction& transaction, sql::Dialect dialect) {
  std::string kind;
  for (const std::string& text : transaction.statements) kind += sql::fingerprint(text, dialect) + ";";
  return kind;
}

// ------------------------------------------------------------------------------------------------ what they lock

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? std::string(" ") : std::string(1, c);
  }
  return out + "\"";
}

std::string indented(const std::string& text) {
  std::string out = "  ";
  for (const char c : text) out += c == '\n' ? std::string("\n  ") : std::string(1, c);
  return out;
}

std::string session_yaml(const std::string& name, std::size_t party, const NamedTransaction& transaction,
                         const std::vector<std::string>& statements) {
  std::string out = fmt::format("  {}:\n", name);
  if (!transaction.isolation.empty()) out += fmt::format("    isolation: {}\n", transaction.isolation);
  out += fmt::format("    steps:\n      - p{}b: BEGIN\n", party + 1);
  for (std::size_t i = 0; i < statements.size(); ++i)
    out += fmt::format("      - {}: {}\n", step_name(party, i), quoted(statements[i]));
  return out + fmt::format("      - p{}c: COMMIT\n", party + 1);
}

std::string head_yaml(const TransactionTexts& texts) {
  return "name: predicted\nschema: |\n" + indented(texts.schema) + "\nsessions:\n";
}

/// The row lock that a statement takes on an engine whose row locks stand in no lock table.
std::optional<Lock> row_lock(const sql::StatementNode& node) {
  const Looked looked = looked_for(node);
  if (looked.table.empty()) return std::nullopt;
  Lock lock;
  lock.kind = LockKind::tuple;
  lock.table = looked.table;
  for (const auto& [column, value] : looked.keys) lock.key.push_back({column, value});
  if (std::holds_alternative<sql::Update>(node)) lock.mode = "FOR NO KEY UPDATE";
  if (std::holds_alternative<sql::Delete>(node)) lock.mode = "FOR UPDATE";
  if (const auto* select = std::get_if<sql::Select>(&node)) {
    if (select->locking.empty()) return std::nullopt;
    constexpr std::array<const char*, 5> modes{"", "FOR KEY SHARE", "FOR SHARE", "FOR NO KEY UPDATE", "FOR UPDATE"};
    lock.mode = modes[static_cast<std::size_t>(select->locking.front().strength)];
  }
  return lock.mode.empty() ? std::nullopt : std::optional(lock);
}

/// What an INSERT locks beside what the lock table shows: its record, implicitly, and the gap that it goes into.
std::vector<Lock> insert_locks(const sql::StatementNode& node, bool innodb) {
  const auto* insert = std::get_if<sql::Insert>(&node);
  if (insert == nullptr || !innodb) return {};
  Lock gap;
  gap.kind = LockKind::insert_intention;
  gap.mode = "X,GAP,INSERT_INTENTION";
  gap.table = insert->table.table.text;
  gap.index = "PRIMARY";
  Lock record = gap;
  record.kind = LockKind::record;
  record.mode = "X,REC_NOT_GAP";
  return {gap, record};
}

void note(const std::vector<Lock>& now, std::size_t statement, std::vector<Lock>& before, LockOrder& order) {
  for (const Lock& lock : now)
    if (std::find(before.begin(), before.end(), lock) == before.end()) order.locks.push_back({statement, lock});
  before = now;
}

LockOrder order_of(const explore::Plan& plan, const NamedTransaction& transaction, std::shared_ptr<Driver> driver) {
  LockOrder order{transaction.name, {}};
  explore::Player player(plan, std::move(driver));
  const bool innodb = player.driver().name().find("postgres") == std::string::npos;
  std::vector<Lock> before;
  while (const auto turn = player.next(0)) {
    const auto& step = plan.sessions[0].steps[turn->step];
    if (step.ends_transaction) break;
    std::vector<Event> events;
    player.play(*turn, events);
    if (turn->step == 0) continue;  // BEGIN
    const std::size_t statement = turn->step - 1;
    for (const Lock& lock : insert_locks(step.statement->statement.node, innodb))
      order.locks.push_back({statement, lock});
    for (const Event& event : events)
      if (const auto* state = std::get_if<LocksState>(&event.what); state != nullptr && event.session == 0)
        note(state->locks, statement, before, order);
    if (const auto lock = row_lock(step.statement->statement.node); lock && !innodb)
      order.locks.push_back({statement, *lock});
  }
  // a transaction's own end is nobody's to wait for before it has written, and tells no order
  std::erase_if(order.locks, [](const LockOrder::Taken& one) {
    return one.lock.kind == LockKind::transaction || one.lock.kind == LockKind::virtual_transaction;
  });
  return order;
}

// ------------------------------------------------------------------------------------------------ rows that meet

/// Literals of a statement replaced by others.
std::string with_literals(const std::string& text, const std::map<std::string, std::string>& values,
                          sql::Dialect dialect) {
  std::string out;
  std::size_t at = 0;
  for (const sql::Token& token : sql::tokens(text, dialect)) {
    if (token.kind != sql::Token::Kind::number && token.kind != sql::Token::Kind::string) continue;
    const auto found = values.find(text.substr(token.span.begin, token.span.end - token.span.begin));
    if (found == values.end()) continue;
    out += text.substr(at, token.span.begin - at) + found->second;
    at = token.span.end;
  }
  return out + text.substr(at);
}

/// The key values of one lock become those of another one.
void map_key(const Lock& from, const Lock& to, std::map<std::string, std::string>& values) {
  for (std::size_t i = 0; i < std::min(from.key.size(), to.key.size()); ++i)
    if (from.key[i].value && to.key[i].value) values[to_sql(*from.key[i].value)] = to_sql(*to.key[i].value);
}

}  // namespace

std::string step_name(std::size_t party, std::size_t statement) {
  return fmt::format("p{}s{}", party + 1, statement + 1);
}

TransactionTexts texts_of(const Workload& workload, const std::string& dialect) {
  TransactionTexts texts;
  texts.dialect = dialect;
  if (workload.is_story()) {
    const explore::Plan plan = explore::plan_of_story(workload, dialect, workload.seed, std::nullopt);
    texts.schema = with_semicolon(plan.schema_text) + data_text(plan);
    add_transactions(plan, texts, false);
    return texts;
  }
  explore::CastBounds bounds;
  bounds.sessions = 1;
  bounds.values = 2;
  const auto casts = explore::casts_of_storm(workload, dialect, workload.seed, std::nullopt, bounds);
  std::set<std::string> kinds;
  for (const explore::Plan& plan : casts.plans) {
    if (texts.schema.empty()) texts.schema = with_semicolon(plan.schema_text) + data_text(plan);
    if (kinds.insert(plan.sessions.front().transaction).second) add_transactions(plan, texts, true);
  }
  return texts;
}

TransactionTexts texts_of(const std::vector<LoggedTransaction>& logged, const std::string& schema,
                          const std::string& dialect) {
  constexpr std::size_t kinds_max = 200;
  TransactionTexts texts;
  texts.dialect = dialect;
  std::set<std::string> kinds;
  for (const LoggedTransaction& one : logged) {
    NamedTransaction transaction{"", "", one.statements};
    if (kinds.size() >= kinds_max || !kinds.insert(kind_of(transaction, dialect_named(dialect))).second) continue;
    transaction.name = fmt::format("transaction {} (session {})", texts.transactions.size() + 1, one.session);
    texts.transactions.push_back(std::move(transaction));
  }
  texts.schema = with_semicolon(schema);
  texts.schema += rows_looked_for(texts.transactions, schema, dialect_named(dialect));
  return texts;
}

LockOrders lock_orders(const TransactionTexts& texts, const std::string& engine) {
  LockOrders orders;
  for (const NamedTransaction& transaction : texts.transactions) {
    const std::string yaml = head_yaml(texts) + session_yaml("p1", 0, transaction, transaction.statements);
    const Loaded story = load_workload(yaml, transaction.name);
    LockOrder order{transaction.name, {}};
    if (story.workload) {
      const explore::Plan plan = explore::plan_of_story(*story.workload, texts.dialect, 1, std::nullopt);
      explore::Opened opened = explore::open(plan, engine, true);
      if (!opened.problems.empty() && orders.problems.empty()) orders.problems = std::move(opened.problems);
      if (orders.problems.empty()) order = order_of(plan, transaction, std::move(opened.driver));
    }
    orders.orders.push_back(std::move(order));
  }
  return orders;
}

std::string story_of(const PotentialDeadlock& ring, const TransactionTexts& texts) {
  std::string yaml = head_yaml(texts);
  Lock wanted = ring.parties.front().wants;  // of the party before, as it is in the story
  for (std::size_t i = 0; i < ring.parties.size(); ++i) {
    const auto& party = ring.parties[i];
    std::map<std::string, std::string> values;
    if (i > 0 && !ring.same_rows) {
      map_key(party.holds, wanted, values);
      if (i + 1 == ring.parties.size()) map_key(party.wants, ring.parties.front().holds, values);
      wanted = party.wants;
    }
    const NamedTransaction& transaction = texts.transactions[party.transaction];
    std::vector<std::string> statements;
    for (const std::string& text : transaction.statements)
      statements.push_back(with_literals(text, values, dialect_named(texts.dialect)));
    yaml += session_yaml(fmt::format("p{}", i + 1), i, transaction, statements);
  }
  return yaml;
}

bool waits_alike(const std::set<std::string>& found, const std::set<std::string>& expected,
                 const PotentialDeadlock& ring, const TransactionTexts& texts) {
  const auto told = [&](const std::set<std::string>& steps) {
    std::multiset<std::pair<std::string, std::string>> out;  // transaction, statement
    for (const std::string& step : steps)
      for (std::size_t p = 0; p < ring.parties.size(); ++p)
        for (std::size_t s = 0; s < texts.transactions[ring.parties[p].transaction].statements.size(); ++s)
          if (step == step_name(p, s))
            out.emplace(texts.transactions[ring.parties[p].transaction].name, fmt::format("{}", s));
    return out;
  };
  return told(found) == told(expected);
}

}  // namespace gridlock
