#include "workloads/check/catalog.h"

#include <algorithm>
#include <utility>

namespace gridlock::check {

void Catalog::apply(const sql::Statement& statement) {
  if (const auto* create = std::get_if<sql::CreateTable>(&statement.node)) {
    Table table;
    table.name = create->name.text;
    for (const auto& column : create->columns) table.columns.push_back(column.name.text);
    table.complete = !table.columns.empty();
    if (!find(table.name)) tables_.push_back(std::move(table));
  } else if (const auto* alter = std::get_if<sql::AlterTable>(&statement.node)) {
    Table* table = find_mutable(alter->table.text);
    if (!alter->other.empty()) complete_ = false;  // it may be a RENAME
    if (!table) return;
    for (const auto& column : alter->add_columns) table->columns.push_back(column.name.text);
    if (!alter->other.empty()) table->complete = false;
  } else if (const auto* drop = std::get_if<sql::DropTable>(&statement.node)) {
    const auto dropped = [&](const Table& table) {
      return std::any_of(drop->tables.begin(), drop->tables.end(),
                         [&](const sql::Name& name) { return sql::same_name(name.text, table.name); });
    };
    tables_.erase(std::remove_if(tables_.begin(), tables_.end(), dropped), tables_.end());
  } else if (std::holds_alternative<sql::Unknown>(statement.node)) {
    complete_ = false;
  }
}

const Table* Catalog::find(std::string_view name) const {
  for (const auto& table : tables_)
    if (sql::same_name(table.name, name)) return &table;
  return nullptr;
}

Table* Catalog::find_mutable(std::string_view name) { return const_cast<Table*>(std::as_const(*this).find(name)); }

std::vector<std::string> Catalog::table_names() const {
  std::vector<std::string> names;
  for (const auto& table : tables_) names.push_back(table.name);
  return names;
}

}  // namespace gridlock::check
