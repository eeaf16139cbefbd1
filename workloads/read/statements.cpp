#include "workloads/read/statements.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/sql/parse.h"
#include "workloads/yaml/places.h"

namespace gridlock::read {
namespace {

void report(Reader& reader, const yaml::Places& places, const std::vector<sql::SyntaxProblem>& problems) {
  for (const auto& problem : problems) reader.problem(places.at(problem.span.begin), problem.message, problem.hint);
}

std::shared_ptr<const Prepared> prepared(sql::Statement statement, sql::Dialect dialect, const yaml::Places& places) {
  Prepared result;
  result.text = statement.text;
  result.parameters = sql::parameters(result.text, dialect);
  result.where = places.at(statement.span.begin);
  result.statement = std::move(statement);
  return std::make_shared<const Prepared>(std::move(result));
}

/// SQL that YAML did not read as text: a colon made it a map, or nothing is there.
bool is_text(Reader& reader, const yaml::Node& node, std::string_view what) {
  if (node.is_scalar() && node.text.find_first_not_of(" \t\r\n;") != std::string::npos) return true;
  if (node.is_map())
    reader.problem(node, fmt::format("{} is text, but YAML reads this as a map", what),
                   "put the SQL in quotes, or after `|`");
  else if (node.is_list())
    reader.problem(node, fmt::format("{} is text, but this is a list", what));
  else
    reader.problem(node, fmt::format("{} is empty", what), "write SQL");
  return false;
}

void second_statement(Reader& reader, const Where& where) {
  reader.problem(where, "a second statement begins here", "one step is one statement: make it a step of its own");
}

}  // namespace

sql::Dialect dialect(std::string_view word) {
  if (word == "mysql") return sql::Dialect::mysql;
  if (word == "postgres") return sql::Dialect::postgres;
  return sql::Dialect::either;
}

const std::vector<std::string>& dialect_words() {
  static const std::vector<std::string> words{"mysql", "postgres"};
  return words;
}

bool is_dialect(std::string_view word) { return word == "mysql" || word == "postgres"; }

std::shared_ptr<const Prepared> statement(Reader& reader, const yaml::Node& scalar, std::string_view dialect_word) {
  if (!is_text(reader, scalar, "a statement")) return nullptr;
  auto parsed = sql::parse_script(scalar.text, dialect(dialect_word));
  const yaml::Places places(reader.text(), scalar, reader.file());
  report(reader, places, parsed.problems);
  if (parsed.statements.size() > 1) second_statement(reader, places.at(parsed.statements[1].span.begin));
  if (parsed.statements.size() != 1) {
    if (parsed.statements.empty() && parsed.problems.empty())
      reader.problem(scalar, "there is no statement here, only a comment", "write an SQL statement");
    return nullptr;
  }
  auto result = prepared(std::move(parsed.statements.front()), dialect(dialect_word), places);
  reader.statements.push_back({result, &scalar, std::string(dialect_word), false});
  return result;
}

std::vector<std::shared_ptr<const Prepared>> script(Reader& reader, const yaml::Node& scalar,
                                                    std::string_view dialect_word) {
  std::vector<std::shared_ptr<const Prepared>> result;
  if (!is_text(reader, scalar, "`schema`")) return result;
  auto parsed = sql::parse_script(scalar.text, dialect(dialect_word));
  const yaml::Places places(reader.text(), scalar, reader.file());
  report(reader, places, parsed.problems);
  for (auto& one : parsed.statements) {
    result.push_back(prepared(std::move(one), dialect(dialect_word), places));
    reader.statements.push_back({result.back(), &scalar, std::string(dialect_word), true});
    check_parameters(reader, scalar, *result.back(), {});
  }
  return result;
}

void check_parameters(Reader& reader, const yaml::Node& scalar, const Prepared& statement,
                      const std::vector<std::string>& declared) {
  for (const auto& name : statement.parameters) {
    if (std::find(declared.begin(), declared.end(), name) != declared.end()) continue;
    const std::size_t at = statement.text.find(":" + name);
    const yaml::Places places(reader.text(), scalar, reader.file());
    reader.problem(places.at(statement.statement.span.begin + at),
                   fmt::format("no parameter `{}` is declared here", name),
                   declared.empty() ? fmt::format("declare it: `params: {{{}: {{uniform: [1, 100]}}}}`", name)
                                    : suggestion(name, declared, "there are "));
  }
}

}  // namespace gridlock::read
