#include "workloads/check/into.h"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "workloads/check/catalog.h"
#include "workloads/read/statements.h"

namespace gridlock::check {
namespace {

/// How many columns a statement returns; nothing when it cannot be known.
class Columns {
 public:
  explicit Columns(const Catalog& catalog) : catalog_(catalog) {}

  std::optional<std::size_t> of(const sql::Statement& statement) const {
    if (const auto* node = std::get_if<sql::Select>(&statement.node)) return of(node->items, node->from);
    if (const auto* node = std::get_if<sql::Insert>(&statement.node)) return of(node->returning, {node->table});
    if (const auto* node = std::get_if<sql::Update>(&statement.node)) return of(node->returning, node->tables);
    if (const auto* node = std::get_if<sql::Delete>(&statement.node)) return of(node->returning, {node->table});
    return std::nullopt;
  }

 private:
  std::optional<std::size_t> of(const std::vector<sql::SelectItem>& items,
                                const std::vector<sql::TableRef>& from) const {
    std::size_t sum = 0;
    for (const auto& item : items) {
      const auto columns = item.expr.kind == sql::ExprKind::star ? of_star(item.expr.qualifier, from) : 1;
      if (!columns) return std::nullopt;
      sum += *columns;
    }
    return sum;
  }

  std::optional<std::size_t> of_star(const std::string& qualifier, const std::vector<sql::TableRef>& from) const {
    std::size_t sum = 0;
    bool found = false;
    for (const auto& ref : from) {
      if (!qualifier.empty() && !sql::same_name(ref.binding(), qualifier)) continue;
      const Table* table = ref.schema ? nullptr : catalog_.find(ref.table.text);
      if (!table || !table->complete) return std::nullopt;
      sum += table->columns.size();
      found = true;
    }
    return found ? std::optional(sum) : std::nullopt;
  }

  const Catalog& catalog_;
};

class IntoCheck {
 public:
  IntoCheck(read::Reader& reader, const Workload& workload) : reader_(reader), workload_(workload) {}

  void run() {
    for (const auto& dialect : read::dialect_words()) {
      Catalog catalog;
      for (const auto& statement : schema_for(workload_, dialect)) catalog.apply(statement->statement);
      if (const auto* story = std::get_if<Story>(&workload_.play))
        for (const auto& session : story->sessions) look_at(session.steps, dialect, Columns(catalog));
      if (const auto* storm = std::get_if<Storm>(&workload_.play))
        for (const auto& type : storm->transactions) look_at(type.steps, dialect, Columns(catalog));
    }
  }

 private:
  void look_at(const std::vector<Step>& steps, const std::string& dialect, const Columns& columns) {
    for (const auto& step : steps) {
      if (step.loop) look_at(step.loop->steps, dialect, columns);
      const auto own = step.per_engine.find(dialect);
      const auto& statement = own == step.per_engine.end() ? step.statement : own->second;
      if (step.into.empty() || !statement) continue;
      const auto returned = columns.of(statement->statement);
      if (returned && *returned < step.into.size()) tell(step, *returned);
    }
  }

  void tell(const Step& step, std::size_t returned) {
    const std::string names = step.into.size() == 1 ? "1 name" : fmt::format("{} names", step.into.size());
    if (returned == 0)
      return reader_.problem(step.into_where, "this statement returns no rows for `into`",
                             "remove `into`, or use SELECT or RETURNING");
    reader_.problem(step.into_where,
                    fmt::format("`into` has {}, but the statement returns {}", names,
                                returned == 1 ? "1 column" : fmt::format("{} columns", returned)),
                    "give one name for each column, or fewer");
  }

  read::Reader& reader_;
  const Workload& workload_;
};

}  // namespace

void into(read::Reader& reader, const Workload& workload) { IntoCheck(reader, workload).run(); }

}  // namespace gridlock::check
