#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "workloads/read/distributions.h"
#include "workloads/read/scalars.h"
#include "workloads/read/sections.h"
#include "workloads/read/statements.h"

namespace gridlock::read {
namespace {

void schema_of(Reader& reader, const yaml::Node& node, const std::string& dialect, Workload& workload) {
  workload.schema[dialect] = script(reader, node, dialect);
  workload.schema_text[dialect] = node.text;
}

GeneratedTable generated(Reader& reader, const yaml::Node& name, const yaml::Node& node) {
  GeneratedTable table;
  table.table = name.text;
  table.where = reader.where(name);
  Fields fields(reader, node, fmt::format("the data of `{}`", name.text));
  const std::string example = "write `{rows: 100, columns: {id: sequence, balance: 1000}}`";
  if (const auto* rows = fields.require("rows", example))
    table.rows = whole_number(reader, *rows, "`rows`", 0, 100'000'000).value_or(0);
  const auto* columns = fields.require("columns", example);
  fields.done();
  if (!columns) return table;
  if (!columns->is_map() || columns->entries.empty())
    reader.problem(*columns, "`columns` is a map of column names to their values", example);
  for (const auto& [column, how] : columns->entries)
    if (auto found = distribution(reader, *how, Drawn::values, fmt::format("column `{}`", column->text)))
      table.columns.push_back({column->text, std::move(*found), reader.where(*column)});
  return table;
}

/// A pattern may name only the columns above it.
void check_patterns(Reader& reader, const GeneratedTable& table) {
  std::vector<std::string> above;
  for (const auto& column : table.columns) {
    if (const auto* pattern = std::get_if<Pattern>(&column.distribution))
      for (const auto& other : names_in_pattern(pattern->text))
        if (std::find(above.begin(), above.end(), other) == above.end())
          reader.problem(column.where, fmt::format("no column `{}` is generated above `{}`", other, column.name),
                         "a pattern may name the row number `{n}` and the columns above it");
    above.push_back(column.name);
  }
}

}  // namespace

void schema(Reader& reader, const yaml::Node& node, Workload& workload) {
  if (!node.is_map()) return schema_of(reader, node, "any", workload);
  Fields fields(reader, node, "`schema`");
  for (const std::string dialect : {"any", "mysql", "postgres"})
    if (const auto* own = fields.find(dialect)) schema_of(reader, *own, dialect, workload);
  fields.done();
}

std::vector<GeneratedTable> data(Reader& reader, const yaml::Node& node) {
  std::vector<GeneratedTable> tables;
  if (!node.is_map())
    reader.problem(node, fmt::format("`data` is a map of tables, but this is {}", describe(node)),
                   "write `data: {accounts: {rows: 100, columns: {id: sequence}}}`");
  for (const auto& [name, body] : node.entries) {
    tables.push_back(generated(reader, *name, *body));
    check_patterns(reader, tables.back());
  }
  return tables;
}

void flat_settings(Reader& reader, const yaml::Node& node, Settings& settings, SettingPlaces& where) {
  if (!node.is_map())
    reader.problem(node, fmt::format("`settings` is a map, but this is {}", describe(node)),
                   "write `settings: {innodb_lock_wait_timeout: 5}`");
  for (const auto& [name, value] : node.entries) {
    auto found = text(reader, *value, fmt::format("the setting `{}`", name->text));
    if (!found) continue;
    settings[name->text] = std::move(*found);
    where[name->text] = reader.where(*name);
  }
}

void settings(Reader& reader, const yaml::Node& node, Workload& workload) {
  const auto read = [&](const yaml::Node& own, const std::string& dialect) {
    flat_settings(reader, own, workload.settings[dialect], workload.settings_where[dialect]);
  };
  bool by_dialect = false;
  for (const auto& [name, value] : node.entries) by_dialect = by_dialect || value->is_map();
  if (!by_dialect) return read(node, "any");
  Fields fields(reader, node, "`settings`");
  for (const std::string dialect : {"any", "mysql", "postgres"})
    if (const auto* own = fields.find(dialect)) read(*own, dialect);
  fields.done();
}

}  // namespace gridlock::read
