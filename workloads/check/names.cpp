#include "workloads/check/names.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "workloads/check/resolve.h"
#include "workloads/read/statements.h"
#include "workloads/yaml/places.h"

namespace gridlock::check {
namespace {

bool changes_tables(const sql::Statement& statement) {
  return std::holds_alternative<sql::CreateTable>(statement.node) ||
         std::holds_alternative<sql::AlterTable>(statement.node) ||
         std::holds_alternative<sql::Unknown>(statement.node);
}

bool speaks(const std::string& statement_dialect, const std::string& dialect) {
  return statement_dialect == "any" || statement_dialect == dialect;
}

/// What the schema leaves for the steps to see, in one dialect: DROP TABLE in a step hides nothing, because other
/// sessions may run before it.
Catalog everything_made(const read::Reader& reader, const std::string& dialect) {
  Catalog catalog;
  for (const auto& written : reader.statements)
    if (speaks(written.dialect, dialect) && (written.makes_tables || changes_tables(written.statement->statement)))
      catalog.apply(written.statement->statement);
  return catalog;
}

class NamesCheck {
 public:
  NamesCheck(read::Reader& reader, const Workload& workload) : reader_(reader), workload_(workload) {}

  void run() {
    for (const auto& dialect : read::dialect_words())
      if (!schema_for(workload_, dialect).empty()) check_dialect(dialect);
  }

 private:
  void check_dialect(const std::string& dialect) {
    dialect_ = dialect;
    const Catalog all = everything_made(reader_, dialect);
    Catalog so_far;
    for (const auto& written : reader_.statements) {
      if (!speaks(written.dialect, dialect)) continue;
      const auto& statement = written.statement->statement;
      for (auto& unknown : unknown_names(statement, written.makes_tables ? so_far : all)) report(written, unknown);
      if (written.makes_tables) so_far.apply(statement);
    }
    for (const auto& table : workload_.data) check_data(table, all);
  }

  /// Where the dialects have schemas of their own, it matters which one lacks the name.
  std::string said(const std::string& message) const {
    return workload_.schema.count(dialect_) ? fmt::format("{} (in the schema for {})", message, dialect_) : message;
  }

  /// A statement of both dialects is checked twice; its problem is told once.
  void report(const read::Written& written, UnknownName& unknown) {
    const yaml::Places places(reader_.text(), *written.scalar, reader_.file());
    tell(places.at(unknown.span.begin), unknown.message, std::move(unknown.hint));
  }

  void tell(Where where, const std::string& message, std::string hint) {
    if (told_.emplace(where.line, where.column).second)
      reader_.problem(std::move(where), said(message), std::move(hint));
  }

  void check_data(const GeneratedTable& table, const Catalog& catalog) {
    const Table* found = catalog.find(table.table);
    if (!found && !catalog.complete()) return;
    if (!found)
      return tell(table.where, fmt::format("`data` fills the table `{}`, which the schema does not make", table.table),
                  read::suggestion(table.table, catalog.table_names(), "there are "));
    if (!found->complete) return;
    for (const auto& column : table.columns) check_column(column, *found);
  }

  void check_column(const GeneratedColumn& column, const Table& table) {
    for (const auto& name : table.columns)
      if (sql::same_name(name, column.name)) return;
    tell(column.where, fmt::format("the table `{}` has no column `{}`", table.name, column.name),
         read::suggestion(column.name, table.columns, "it has "));
  }

  read::Reader& reader_;
  const Workload& workload_;
  std::string dialect_;  ///< that is being checked
  std::set<std::pair<int, int>> told_;
};

}  // namespace

void names(read::Reader& reader, const Workload& workload) { NamesCheck(reader, workload).run(); }

}  // namespace gridlock::check
