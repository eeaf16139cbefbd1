#include "workloads/read/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "workloads/read/distributions.h"
#include "workloads/read/scalars.h"
#include "workloads/read/statements.h"

namespace gridlock::read {
namespace {

/// `balance` or `[id, balance]`
std::vector<std::string> names(Reader& reader, const yaml::Node& node, std::string_view what) {
  std::vector<std::string> result;
  if (node.is_scalar()) return {node.text};
  if (!node.is_list() || node.items.empty()) {
    reader.problem(node, fmt::format("{} takes a name or a list of names", what), "write `into: balance`");
    return result;
  }
  for (const auto& item : node.items)
    if (auto name = text(reader, *item, what)) result.push_back(std::move(*name));
  return result;
}

/// The keys that say a statement: `sql`, or one for each dialect. Null in a dialect: the step is left out there.
void read_statement_keys(Reader& reader, Fields& fields, Step& step, const std::vector<std::string>& declared) {
  if (const auto* sql = fields.find("sql")) {
    step.statement = statement(reader, *sql, "any");
    if (step.statement) check_parameters(reader, *sql, *step.statement, declared);
  }
  for (const auto& dialect : dialect_words()) {
    const auto* own = fields.find(dialect);
    if (!own) continue;
    auto& prepared = step.per_engine[dialect];
    if (own->is_null()) continue;
    prepared = statement(reader, *own, dialect);
    if (prepared) check_parameters(reader, *own, *prepared, declared);
  }
}

/// `access: {accounts: by_owner}`: the index by which a reference engine reads a table, whatever it would choose.
void read_access(Reader& reader, Fields& fields, Step& step) {
  const auto* access = fields.find("access");
  if (!access) return;
  if (!access->is_map() || access->entries.empty()) {
    reader.problem(*access, "`access` says by which index a table is read", "write `access: {accounts: by_owner}`");
    return;
  }
  std::map<std::string, std::string> chosen;
  for (const auto& [table, index] : access->entries)
    if (auto name = text(reader, *index, "an index, or `scan`,")) chosen[table->text] = std::move(*name);
  const auto with_access = [&](std::shared_ptr<const Prepared>& statement) {
    if (!statement) return;
    auto changed = std::make_shared<Prepared>(*statement);
    changed->access = chosen;
    statement = std::move(changed);
  };
  with_access(step.statement);
  for (auto& [dialect, statement] : step.per_engine) with_access(statement);
}

bool has_statement_key(const yaml::Node& node) {
  return node.find("sql") || node.find("mysql") || node.find("postgres");
}

void read_into(Reader& reader, Fields& fields, Step& step, std::vector<std::string>& declared) {
  const auto* into = fields.find("into");
  if (!into) return;
  step.into = names(reader, *into, "`into`");
  step.into_where = reader.where(*into);
  declared.insert(declared.end(), step.into.begin(), step.into.end());
}

Step plain_statement(Reader& reader, const yaml::Node& node, const std::vector<std::string>& declared) {
  Step step;
  step.where = reader.where(node);
  step.statement = statement(reader, node, "any");
  if (step.statement) check_parameters(reader, node, *step.statement, declared);
  return step;
}

/// A key of many words is a statement whose colon YAML took for its own.
bool is_torn_statement(Reader& reader, const yaml::Node& node) {
  if (!node.is_map() || node.entries.size() != 1 || node.entries[0].first->text.find(' ') == std::string::npos)
    return false;
  reader.problem(*node.entries[0].first, "YAML reads this statement as a key and a value, because it contains `: `",
                 "put the whole statement in quotes");
  return true;
}

// ------------------------------------------------------------------------------------------------ transaction types

class TransactionSteps {
 public:
  TransactionSteps(Reader& reader, std::vector<std::string>& declared) : reader_(reader), declared_(declared) {}

  std::vector<Step> read(const yaml::Node& list, const std::string& prefix) {
    std::vector<Step> steps;
    if (!list.is_list() || list.items.empty()) {
      reader_.problem(list, "`steps` is a list of statements", "write `- UPDATE ...`, one step a line");
      return steps;
    }
    for (const auto& item : list.items) {
      Step step = one(*item, fmt::format("{}{}", prefix, steps.size() + 1));
      step.where = reader_.where(*item);
      steps.push_back(std::move(step));
    }
    return steps;
  }

 private:
  Step one(const yaml::Node& node, std::string name) {
    Step step;
    if (!node.is_map())
      step = plain_statement(reader_, node, declared_);
    else if (!is_torn_statement(reader_, node))
      step = from_map(node, name);
    if (step.name.empty()) step.name = std::move(name);
    return step;
  }

  Step from_map(const yaml::Node& node, const std::string& name) {
    Step step;
    Fields fields(reader_, node, "a step");
    const auto* think = fields.find("think");
    const auto* repeat = fields.find("repeat");
    const int kinds = (think != nullptr) + (repeat != nullptr) + has_statement_key(node);
    if (const auto* own = fields.find("name")) step.name = text(reader_, *own, "`name`").value_or("");
    if (kinds > 1)
      reader_.problem(node, "a step is one of a statement, `think` and `repeat`", "make them steps of their own");
    if (think) step.think = distribution(reader_, *think, Drawn::durations, "`think`");
    if (repeat) step.loop = loop(fields, *repeat, step.name.empty() ? name : step.name);
    read_statement_keys(reader_, fields, step, declared_);
    if (has_statement_key(node)) {
      read_into(reader_, fields, step, declared_);
      read_access(reader_, fields, step);
    }
    if (kinds == 0)
      for (const auto* key : {"steps", "params", "into"}) fields.allow(key);
    if (fields.done() && kinds == 0)
      reader_.problem(node, "this step does nothing",
                      "give it a statement (`sql`), a pause (`think`) or a loop (`repeat`)");
    return step;
  }

  std::shared_ptr<const Step::Loop> loop(Fields& fields, const yaml::Node& repeat, const std::string& name) {
    Step::Loop result;
    result.times = whole_number(reader_, repeat, "`repeat`", 1).value_or(1);
    const std::size_t outside = declared_.size();
    if (const auto* params = fields.find("params")) result.params = parameters(reader_, *params, declared_);
    const std::size_t inside = declared_.size();
    if (const auto* steps = fields.require("steps", "write `{repeat: 10, steps: [...]}`"))
      result.steps = read(*steps, name + ".");
    declared_.erase(declared_.begin() + static_cast<std::ptrdiff_t>(outside),
                    declared_.begin() + static_cast<std::ptrdiff_t>(inside));  // what `into` saved stays
    return std::make_shared<const Step::Loop>(std::move(result));
  }

  Reader& reader_;
  std::vector<std::string>& declared_;
};

// ----------------------------------------------------------------------------------------------------------- stories

class StorySteps {
 public:
  explicit StorySteps(Reader& reader) : reader_(reader) {}

  std::vector<Step> read(const yaml::Node& list) {
    std::vector<Step> steps;
    if (!list.is_list() || list.items.empty()) {
      reader_.problem(list, "`steps` is a list of named steps", "write `- a1: BEGIN`, one step a line");
      return steps;
    }
    for (const auto& item : list.items)
      if (auto step = one(*item, steps.size() + 1)) steps.push_back(std::move(*step));
    return steps;
  }

 private:
  static bool is_sibling(std::string_view key) { return key == "into"; }

  std::optional<Step> one(const yaml::Node& node, std::size_t number) {
    if (!node.is_map()) return unnamed(node, number);
    if (is_torn_statement(reader_, node)) return std::nullopt;
    const yaml::Node* key = nullptr;
    for (const auto& [name, unused] : node.entries) {
      if (is_sibling(name->text)) continue;
      if (key) return two_names(*name, *key);
      key = name.get();
    }
    if (!key) return unnamed(node, number);
    Step step = named(node, *key);
    step.name = key->text;
    step.where = reader_.where(*key);
    return step;
  }

  std::optional<Step> unnamed(const yaml::Node& node, std::size_t number) {
    reader_.problem(node, "a story's step needs a name",
                    fmt::format("write `- a{}: {}`", number, node.is_scalar() ? node.text : "SELECT ..."));
    return std::nullopt;
  }

  std::optional<Step> two_names(const yaml::Node& second, const yaml::Node& first) {
    static const std::vector<std::string> siblings{"into"};
    const std::string near = did_you_mean(second.text, siblings);
    reader_.problem(second, fmt::format("the step `{}` has a second name, `{}`", first.text, second.text),
                    near.empty() ? "begin a new step with `- `; beside the statement only `into` may stand"
                                 : fmt::format("did you mean `{}`?", near));
    return std::nullopt;
  }

  /// `a1: BEGIN`, `a1: {sql: ..., into: x}`, `a1: {mysql: ..., postgres: ...}`, `a1: {think: 2s}`
  Step named(const yaml::Node& node, const yaml::Node& key) {
    const yaml::Node& body = *node.find(key.text);
    Step step;
    if (!body.is_map()) {
      step = plain_statement(reader_, body, declared_);
    } else {
      Fields fields(reader_, body, fmt::format("the step `{}`", key.text));
      const auto* think = fields.find("think");
      if (think) step.think = distribution(reader_, *think, Drawn::durations, "`think`");
      read_statement_keys(reader_, fields, step, declared_);
      read_into(reader_, fields, step, declared_);
      read_access(reader_, fields, step);
      if (fields.done() && (think != nullptr) == has_statement_key(body))
        reader_.problem(body, "a step is a statement or a pause", "write one of `sql` and `think`");
    }
    if (const auto* into = node.find("into")) {
      step.into = names(reader_, *into, "`into`");
      step.into_where = reader_.where(*into);
      declared_.insert(declared_.end(), step.into.begin(), step.into.end());
    }
    return step;
  }

  Reader& reader_;
  std::vector<std::string> declared_;
};

}  // namespace

std::vector<Step> transaction_steps(Reader& reader, const yaml::Node& list, std::vector<std::string>& declared) {
  return TransactionSteps(reader, declared).read(list, "");
}

std::vector<Step> story_steps(Reader& reader, const yaml::Node& list) { return StorySteps(reader).read(list); }

}  // namespace gridlock::read
