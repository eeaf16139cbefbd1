#include "workloads/runner/statement_locks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/sql/print.h"

namespace gridlock {
namespace {

constexpr std::size_t entries_max = 200;  // an index that is longer is not drawn

bool same_lock(const Lock& a, const Lock& b) {
  return a.table == b.table && a.index == b.index && a.mode == b.mode && a.data == b.data && a.waiting == b.waiting &&
         a.object == b.object;
}

/// What `more` has beyond `less`, each as often.
std::vector<Lock> beyond(const std::vector<Lock>& more, std::vector<Lock> less) {
  std::vector<Lock> rest;
  for (const Lock& lock : more) {
    const auto same = std::find_if(less.begin(), less.end(), [&](const Lock& other) { return same_lock(lock, other); });
    if (same == less.end()) {
      rest.push_back(lock);
    } else {
      less.erase(same);
    }
  }
  return rest;
}

/// The indexes that a schema's CREATE TABLE statements define, with their columns as entries have them: their own, then
/// the clustered key's.
class SchemaIndexes {
 public:
  struct Column {
    std::string name;
    bool descending = false;
  };
  struct Index {
    std::string table, name;
    std::vector<Column> columns;
  };

  explicit SchemaIndexes(const std::vector<std::shared_ptr<const Prepared>>& schema) {
    for (const auto& statement : schema) {
      if (const auto* create = std::get_if<sql::CreateTable>(&statement->statement.node)) add(*create);
      if (const auto* index = std::get_if<sql::CreateIndex>(&statement->statement.node))
        add_secondary(index->table.text, index->key);
    }
  }

  const std::vector<Index>& all() const { return indexes_; }

 private:
  static std::vector<Column> columns_of(const sql::KeyDef& key) {
    std::vector<Column> columns;
    for (const sql::KeyColumn& part : key.columns) columns.push_back({part.name.text, part.descending});
    return columns;
  }

  void add(const sql::CreateTable& create) {
    const auto primary = std::find_if(create.keys.begin(), create.keys.end(),
                                      [](const sql::KeyDef& key) { return key.kind == sql::KeyDef::Kind::primary; });
    if (primary == create.keys.end()) return;  // clustered by what cannot be seen
    indexes_.push_back({create.name.text, "PRIMARY", columns_of(*primary)});
    for (const sql::KeyDef& key : create.keys)
      if (key.kind != sql::KeyDef::Kind::primary) add_secondary(create.name.text, key);
  }

  void add_secondary(const std::string& table, const sql::KeyDef& key) {
    const auto clustered = std::find_if(indexes_.begin(), indexes_.end(), [&](const Index& index) {
      return index.table == table && index.name == "PRIMARY";
    });
    if (clustered == indexes_.end() || key.columns.empty()) return;
    Index index{table, key.name.empty() ? key.columns.front().name.text : key.name, columns_of(key)};
    const std::vector<Column> more = clustered->columns;
    for (const Column& column : more) {
      const auto same = [&](const Column& own) { return sql::same_name(own.name, column.name); };
      if (std::none_of(index.columns.begin(), index.columns.end(), same)) index.columns.push_back(column);
    }
    indexes_.push_back(std::move(index));
  }

  std::vector<Index> indexes_;
};

std::vector<IndexEntries> entries_before(Driver& driver, const LocksQuestion& question) {
  std::vector<IndexEntries> found;
  const SchemaIndexes defined(question.schema);
  for (const SchemaIndexes::Index& index : defined.all()) {
    std::string columns, order;
    IndexEntries entries{index.table, index.name, {}, {}};
    for (const SchemaIndexes::Column& column : index.columns) {
      columns += (columns.empty() ? "" : ", ") + column.name;
      order += (order.empty() ? "" : ", ") + column.name + (column.descending ? " DESC" : "");
      entries.descending.push_back(column.descending);
    }
    try {
      entries.keys = driver.query(fmt::format("SELECT {} FROM {} ORDER BY {}", columns, index.table, order));
    } catch (const std::invalid_argument&) {
      continue;  // a table that a later statement of the schema dropped
    }
    if (entries.keys.size() <= entries_max) found.push_back(std::move(entries));
  }
  return found;
}

StatementLocks ask(Driver& driver, const std::shared_ptr<const Prepared>& statement, std::size_t number) {
  StatementLocks answer;
  answer.statement = statement->text;
  driver.start({0, std::to_string(number), "", statement, {}});
  driver.settle({});
  answer.outcome = driver.busy(0) ? Outcome::waits : Outcome::done;
  for (const Event& event : driver.observe()) {
    if (event.session != 0) continue;
    if (const auto* ended = std::get_if<StatementEnded>(&event.what)) {
      answer.outcome = ended->outcome;
      answer.error = ended->error;
    }
    if (const auto* locks = std::get_if<LocksState>(&event.what)) answer.held = locks->locks;
  }
  return answer;
}

}  // namespace

LocksAnswer statement_locks(Driver& driver, const LocksQuestion& question) {
  LocksAnswer answer;
  Setup setup;
  setup.workload = "locks";
  setup.seed = question.seed;
  setup.schema = question.schema;
  setup.sessions.push_back({"session", question.isolation, {}});
  setup.locks = true;
  answer.problems = driver.open(setup);
  answer.engine = driver.name();
  answer.version = driver.version();
  if (answer.problems.empty()) {
    answer.indexes = entries_before(driver, question);
    driver.observe();
    auto begin = std::make_shared<Prepared>();
    begin->text = "BEGIN";
    begin->statement.text = "BEGIN";
    begin->statement.node = sql::Begin{};
    ask(driver, begin, 0);
    std::vector<Lock> held;
    for (const auto& statement : question.statements) {
      StatementLocks one = ask(driver, statement, answer.statements.size() + 1);
      one.locks = beyond(one.held, held);
      held = one.held;
      const bool stuck = one.outcome == Outcome::waits;
      answer.statements.push_back(std::move(one));
      if (stuck) break;
    }
  }
  driver.close();
  return answer;
}

LockDifference lock_difference(const std::vector<Lock>& first, const std::vector<Lock>& second) {
  return {beyond(first, second), beyond(second, first)};
}

}  // namespace gridlock
