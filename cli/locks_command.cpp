// Statements -> Driver -> what they lock, in words and as a picture of each index.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/files.h"
#include "cli/report/locks_report.h"
#include "drivers/engines.h"
#include "model/sql/parse.h"
#include "workloads/runner/statement_locks.h"

namespace gridlock {
namespace {

using Statements = std::vector<std::shared_ptr<const Prepared>>;

/// A piece of SQL with the name that problems call it by.
struct Source {
  std::string name, text;
};

Where where_of(const Source& source, std::size_t offset) {
  Where where{source.name, 1, 1};
  for (std::size_t i = 0; i < offset && i < source.text.size(); ++i) {
    ++where.column;
    if (source.text[i] != '\n') continue;
    ++where.line;
    where.column = 1;
  }
  return where;
}

/// The statements of all sources; complains of every one that cannot be read.
bool read_statements(const Options& options, const std::vector<Source>& sources, sql::Dialect dialect,
                     Statements& all) {
  bool good = true;
  for (const Source& source : sources) {
    const sql::Parsed parsed = sql::parse_script(source.text, dialect);
    Problems problems;
    for (const sql::SyntaxProblem& problem : parsed.problems)
      problems.push_back({where_of(source, problem.span.begin), problem.message, problem.hint});
    complain(options, problems, source.text);
    good = good && problems.empty();
    for (const sql::Statement& statement : parsed.statements) {
      Prepared prepared;
      prepared.text = statement.text;
      prepared.statement = statement;
      prepared.where = where_of(source, statement.span.begin);
      all.push_back(std::make_shared<const Prepared>(std::move(prepared)));
    }
  }
  return good;
}

/// An argument that ends in .sql is a script, `-` is one on standard input, every other one is a statement.
bool read_arguments(const Options& options, std::vector<Source>& sources) {
  for (const std::string& argument : options.files) {
    if (argument != "-" && !argument.ends_with(".sql")) {
      sources.push_back({fmt::format("statement {}", sources.size() + 1), argument});
      continue;
    }
    ReadFile script = read_file(argument);
    if (!script.problem.empty()) {
      complain(options, script.problem);
      return false;
    }
    sources.push_back({script.name, std::move(script.text)});
  }
  return true;
}

/// False when it went wrong; then everything has been said.
bool ask(const std::string& engine, const Options& options, const Source& schema, const std::vector<Source>& sources,
         report::LocksReport& report) {
  const std::string words = dialect_of(engine);
  const sql::Dialect dialect = words == "postgres" ? sql::Dialect::postgres : sql::Dialect::mysql;
  LocksQuestion question;
  if (!options.isolations.empty()) question.isolation = options.isolations.back().level;
  question.seed = options.seed.value_or(1);
  if (!read_statements(options, {schema}, dialect, question.schema)) return false;
  if (!read_statements(options, sources, dialect, question.statements)) return false;
  MadeDriver made = make_driver(engine);
  complain(options, made.problems, "");
  if (!made.driver) return false;
  Setup setup;
  setup.schema = question.schema;
  Problems problems = check_playable(made.driver->name(), setup, question.statements);
  if (problems.empty()) {
    report.answers.push_back(statement_locks(*made.driver, question));
    problems = std::move(report.answers.back().problems);
  }
  for (const Problem& problem : problems)
    complain(options, {problem}, problem.where.file == schema.name ? schema.text : "");
  return problems.empty();
}

std::string rendered(const report::LocksReport& report, Format format, const Style& style) {
  switch (format) {
    case Format::json:
    case Format::jsonl: return report::locks_json(report);
    case Format::markdown: return report::locks_markdown(report);
    default: return report::locks_text(report, style);
  }
}

int deliver_locks(const report::LocksReport& report, const Options& options) {
  const Style plain{options.colour == Colour::always, options.width.value_or(80), options.verbose};
  std::vector<std::optional<std::string>> went_wrong;
  for (const auto& [format, file] : options.reports)
    went_wrong.push_back(write_file(file, rendered(report, format, plain)));
  went_wrong.push_back(options.output.empty() ? write_stdout(rendered(report, options.format, style_for(options, 1)))
                                              : write_file(options.output, rendered(report, options.format, plain)));
  bool good = true;
  for (const auto& problem : went_wrong) {
    if (!problem) continue;
    complain(options, *problem);
    good = false;
  }
  if (!good) return exit_wrong_input;
  return report.answers.size() > 1 && report::differences(report) > 0 ? exit_found : exit_nothing_found;
}

}  // namespace

int locks_command(const Options& options) {
  std::vector<Source> sources;
  if (!can_deliver(options) || !read_arguments(options, sources)) return exit_wrong_input;
  if (options.schema.empty()) {
    complain(options, "gridlock locks needs the tables that the statements speak of",
             "gridlock locks --schema schema.sql 'UPDATE ...'");
    return exit_wrong_input;
  }
  ReadFile schema = read_file(options.schema);
  if (!schema.problem.empty()) {
    complain(options, schema.problem);
    return exit_wrong_input;
  }
  report::LocksReport report;
  if (!options.isolations.empty()) report.isolation = options.isolations.back().words;
  const std::vector<std::string> engines =
      options.engines.empty() ? std::vector<std::string>{"reference:innodb"} : options.engines;
  try {
    for (const std::string& engine : engines)
      if (!ask(engine, options, {schema.name, schema.text}, sources, report)) return exit_wrong_input;
  } catch (const EngineLost& lost) {
    complain(options, lost.what());
    return exit_engine_lost;
  }
  return deliver_locks(report, options);
}

}  // namespace gridlock
