#include "workloads/explore/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <set>

#include "model/sql/parse.h"
#include "workloads/read/reader.h"
#include "workloads/read/scalars.h"
#include "workloads/yaml/tree.h"

namespace gridlock::explore {
namespace {

using read::Fields;
using read::Reader;

constexpr std::array anomalies{Anomaly::deadlock, Anomaly::stall, Anomaly::lock_timeout, Anomaly::invariant};

std::vector<std::string> names(Reader& reader, const yaml::Node& node, std::string_view what) {
  std::vector<std::string> result;
  if (!node.is_list()) {
    reader.problem(node, fmt::format("{} is a list of step names", what), "write `[a1, b1, a2, b2]`");
    return result;
  }
  for (const auto& item : node.items)
    if (auto name = read::text(reader, *item, what)) result.push_back(std::move(*name));
  return result;
}

void read_hash(Reader& reader, const yaml::Node& node, Schedule& schedule) {
  std::uint32_t hash = 0;
  const auto [end, error] = std::from_chars(node.text.data(), node.text.data() + node.text.size(), hash, 16);
  if (!node.is_scalar() || error != std::errc() || end != node.text.data() + node.text.size())
    return reader.problem(node, "`hash` is 8 hexadecimal digits", "remove it to play the workload as it is now");
  schedule.hash = hash;
}

void read_workload(Reader& reader, const yaml::Node& node, Schedule& schedule) {
  const auto text = read::text(reader, node, "`workload`");
  if (!text) return;
  (text->find('\n') == std::string::npos ? schedule.workload_path : schedule.workload_text) = *text;
}

void read_events(Reader& reader, const yaml::Node& node, Schedule::Expected& expect) {
  if (!node.is_list()) return reader.problem(node, "`events` is a list", "write `- [a3, waits]`, one event a line");
  const std::vector<Outcome> all{
      Outcome::done,  Outcome::waits,  Outcome::deadlock, Outcome::lock_timeout, Outcome::serialization_failure,
      Outcome::error, Outcome::skipped};
  for (const auto& item : node.items) {
    if (!item->is_list() || item->items.size() != 2) {
      reader.problem(*item, "an event is a step and what it came to", "write `[a3, waits]`");
      continue;
    }
    const auto step = read::text(reader, *item->items[0], "the step");
    const auto outcome = read::outcome_word(reader, *item->items[1], all);
    if (step && outcome) expect.events.emplace_back(*step, *outcome);
  }
}

void read_expect(Reader& reader, const yaml::Node& node, Schedule::Expected& expect) {
  Fields fields(reader, node, "`expect`");
  if (const auto* outcome = fields.find("outcome")) {
    std::vector<std::string> words{"none"};
    for (const Anomaly anomaly : anomalies) {
      words.emplace_back(to_string(anomaly));
      if (outcome->text == to_string(anomaly)) expect.outcome = anomaly;
    }
    if (!expect.outcome && outcome->text != "none")
      reader.problem(*outcome, fmt::format("`{}` is nothing that can be expected", outcome->text),
                     read::suggestion(outcome->text, words, "it is one of "));
  }
  if (const auto* print = fields.find("fingerprint"))
    expect.fingerprint = read::text(reader, *print, "`fingerprint`").value_or("");
  if (const auto* between = fields.find("between")) expect.between = names(reader, *between, "`between`");
  if (const auto* events = fields.find("events")) read_events(reader, *events, expect);
  fields.done();
}

Schedule read_schedule(Reader& reader, const yaml::Node& root) {
  Schedule schedule;
  schedule.file = reader.file();
  Fields fields(reader, root, "a schedule");
  if (!root.is_map()) return schedule;
  if (const auto* version = fields.require("schedule", "write `schedule: 1`, the version of this format"))
    if (version->text != "1")
      reader.problem(*version, fmt::format("this is a schedule of version {}", version->text),
                     "this gridlock reads version 1");
  if (const auto* workload = fields.require("workload", "the path of the workload's file"))
    read_workload(reader, *workload, schedule);
  if (const auto* hash = fields.find("hash")) read_hash(reader, *hash, schedule);
  if (const auto* engine = fields.find("engine"))
    schedule.engine = read::text(reader, *engine, "`engine`").value_or("");
  if (const auto* seed = fields.find("seed"))
    if (const auto number = read::whole_number(reader, *seed, "`seed`", 0))
      schedule.seed = static_cast<std::uint64_t>(*number);
  if (const auto* level = fields.find("isolation")) schedule.isolation = read::isolation(reader, *level);
  if (const auto* order = fields.require("order", "write `order: [a1, b1, a2, b2]`")) {
    schedule.order = names(reader, *order, "`order`");
    schedule.order_where = reader.where(*order);
  }
  if (const auto* expect = fields.find("expect")) read_expect(reader, *expect, schedule.expect);
  fields.done();
  return schedule;
}

// ------------------------------------------------------------------------------------------------ writing

/// As YAML has it: plain when it is a word that YAML reads as nothing else, else in double quotes.
std::string scalar(const std::string& text) {
  const bool plain = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
                     std::all_of(text.begin(), text.end(), [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '/';
                     });
  static const std::set<std::string> taken{"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  std::string lower;
  for (const char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (plain && taken.count(lower) == 0) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string flow(const std::vector<std::string>& words) {
  std::string out = "[";
  for (const std::string& word : words) out += (out.size() > 1 ? ", " : "") + scalar(word);
  return out + "]";
}

/// A literal block, `indent` blanks in.
std::string block(std::string_view text, int indent) {
  std::string out = "|\n";
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) out += std::string(static_cast<std::size_t>(indent), ' ') + std::string(line);
    out += '\n';
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

constexpr std::string_view level(sql::Isolation isolation) {
  constexpr std::array<std::string_view, 4> words{"read uncommitted", "read committed", "repeatable read",
                                                  "serializable"};
  return words[static_cast<std::size_t>(isolation)];
}

std::string inserts(const std::vector<TableData>& data) {
  constexpr std::size_t rows_a_line = 20;
  std::string out;
  for (const TableData& table : data) {
    std::string columns;
    for (const std::string& column : table.columns) columns += (columns.empty() ? "" : ", ") + column;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      out += i % rows_a_line == 0
                 ? fmt::format("{}INSERT INTO {} ({}) VALUES\n  (", i > 0 ? ";\n" : "", table.table, columns)
                 : std::string(", (");
      for (std::size_t c = 0; c < table.rows[i].size(); ++c) out += (c > 0 ? ", " : "") + to_sql(table.rows[i][c]);
      out += ")";
    }
    if (!table.rows.empty()) out += ";\n";
  }
  return out;
}

}  // namespace

LoadedSchedule load_schedule(std::string_view yaml, const std::string& file) {
  auto document = yaml::parse(yaml, file);
  LoadedSchedule loaded;
  Reader reader(yaml, file);
  for (auto& problem : document.problems)
    reader.problem(problem.where, std::move(problem.message), std::move(problem.hint));
  std::optional<Schedule> schedule;
  if (document.root) schedule = read_schedule(reader, *document.root);
  loaded.problems = reader.problems();
  if (loaded.problems.empty()) loaded.schedule = std::move(schedule);
  return loaded;
}

std::string to_yaml(const Schedule& schedule, const std::string& remark) {
  std::string out;
  if (!remark.empty()) out += "# " + remark + "\n";
  out += "schedule: 1\n";
  out += "workload: " +
         (schedule.workload_path.empty() ? block(schedule.workload_text, 2) : scalar(schedule.workload_path) + "\n");
  if (schedule.hash && !schedule.workload_path.empty()) out += fmt::format("hash: \"{:08x}\"\n", *schedule.hash);
  if (!schedule.engine.empty()) out += "engine: " + scalar(schedule.engine) + "\n";
  if (schedule.seed) out += fmt::format("seed: {}\n", *schedule.seed);
  if (schedule.isolation) out += fmt::format("isolation: {}\n", level(*schedule.isolation));
  out += "order: " + flow(schedule.order) + "\n";
  const auto& expect = schedule.expect;
  out += fmt::format("expect:\n  outcome: {}\n", expect.outcome ? to_string(*expect.outcome) : "none");
  if (!expect.fingerprint.empty()) out += fmt::format("  fingerprint: \"{}\"\n", expect.fingerprint);
  if (!expect.between.empty()) out += "  between: " + flow(expect.between) + "\n";
  if (!expect.events.empty()) out += "  events:\n";
  for (const auto& [step, outcome] : expect.events)
    out += fmt::format("    - [{}, {}]\n", scalar(step), to_string(outcome));
  return out;
}

std::string story_yaml(const Plan& plan, const Turns& turns, const std::string& dialect) {
  const auto in = dialect == "postgres" ? sql::Dialect::postgres : sql::Dialect::mysql;
  std::string schema = plan.schema_text;
  if (!schema.empty() && schema.back() != '\n') schema += '\n';
  const std::string rows = inserts(*plan.data);
  const std::size_t last = schema.find_last_not_of(" \n");
  if (!rows.empty() && last != std::string::npos && schema[last] != ';') schema.insert(last + 1, ";");
  std::string out = "name: " + scalar(plan.workload) + "\nschema: " + block(schema + rows, 2);
  if (!plan.setup.settings.empty()) out += "settings:\n";
  for (const auto& [name, value] : plan.setup.settings) out += fmt::format("  {}: {}\n", name, scalar(value));
  out += "sessions:\n";
  for (SessionId s = 0; s < plan.sessions.size(); ++s) {
    if (std::none_of(turns.begin(), turns.end(), [&](Turn turn) { return turn.session == s; })) continue;
    out += "  " + scalar(plan.sessions[s].name) + ":\n";
    if (const auto isolation = plan.setup.sessions[s].isolation)
      out += fmt::format("    isolation: {}\n", level(*isolation));
    if (!plan.setup.sessions[s].settings.empty()) out += "    settings:\n";
    for (const auto& [name, value] : plan.setup.sessions[s].settings)
      out += fmt::format("      {}: {}\n", name, scalar(value));
    out += "    steps:\n";
    for (const Turn turn : turns) {
      if (turn.session != s) continue;
      const PlannedStep& step = plan.sessions[s].steps[turn.step];
      const std::string text = scalar(sql::bind(step.statement->text, in, step.values));
      if (step.into.empty())
        out += fmt::format("      - {}: {}\n", scalar(step.name), text);
      else
        out += fmt::format("      - {}: {{sql: {}, into: {}}}\n", scalar(step.name), text, flow(step.into));
    }
  }
  return out;
}

FoundTurns turns_of(const Schedule& schedule, const Plan& plan) {
  FoundTurns found;
  std::vector<std::string> all;
  for (const PlannedSession& session : plan.sessions)
    for (const PlannedStep& step : session.steps) all.push_back(step.name);
  std::vector<std::uint32_t> next(plan.sessions.size(), 0);
  for (const std::string& name : schedule.order) {
    const auto turn = turn_named(plan, name);
    if (!turn) {
      const std::string near = did_you_mean(name, all);
      found.problems.push_back({schedule.order_where, fmt::format("the workload has no step `{}`", name),
                                near.empty() ? fmt::format("its steps are `{}`", fmt::join(all, "`, `"))
                                             : fmt::format("did you mean `{}`?", near)});
    } else if (turn->step < next[turn->session]) {
      found.problems.push_back({schedule.order_where,
                                fmt::format("the step `{}` stands after a later step of its session", name),
                                "a session's steps come in the order of the workload, each once at most"});
    } else {
      next[turn->session] = turn->step + 1;
      found.turns.push_back(*turn);
    }
  }
  return found;
}

std::optional<Divergence> divergence(const Schedule::Expected& expected, const PlayedOrder& played) {
  const auto words = [](const std::string& step, Outcome outcome) {
    return fmt::format("{} {}", step, to_string(outcome));
  };
  const std::size_t size = std::max(expected.events.size(), played.events.size());
  for (std::size_t i = 0; i < size && !expected.events.empty(); ++i) {
    const bool due = i < expected.events.size(), came = i < played.events.size();
    const std::string want = due ? words(expected.events[i].first, expected.events[i].second) : "";
    const std::string got = came ? words(played.events[i].step, played.events[i].outcome) : "";
    if (want != got) return Divergence{i, want, got};
  }
  return std::nullopt;
}

}  // namespace gridlock::explore
