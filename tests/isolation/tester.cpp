#include "tests/isolation/tester.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <sstream>

#include "drivers/engines.h"
#include "model/sql/parse.h"

namespace gridlock::isolation {
namespace {

using PermutationStep = IsolationSpec::PermutationStep;

struct Unplayable {
  std::string why;
};

std::shared_ptr<const Prepared> prepared(const std::string& sql) {
  auto result = std::make_shared<Prepared>();
  const auto parsed = sql::parse_statement(sql, sql::Dialect::postgres);
  if (!parsed.problems.empty()) throw Unplayable{parsed.problems.front().message + ": " + sql};
  if (parsed.statements.empty()) throw Unplayable{"no statement: " + sql};
  result->text = sql;
  result->statement = parsed.statements.front();
  if (std::holds_alternative<sql::Unknown>(result->statement.node)) {
    const auto& unknown = std::get<sql::Unknown>(result->statement.node);
    throw Unplayable{unknown.construct.empty() ? unknown.first_word : unknown.construct};
  }
  return result;
}

bool returns_rows(const Prepared& statement) {
  const auto& node = statement.statement.node;
  if (std::holds_alternative<sql::Select>(node)) return true;
  if (const auto* insert = std::get_if<sql::Insert>(&node)) return !insert->returning.empty();
  if (const auto* update = std::get_if<sql::Update>(&node)) return !update->returning.empty();
  if (const auto* erase = std::get_if<sql::Delete>(&node)) return !erase->returning.empty();
  return false;
}

class Tester {
 public:
  Tester(const IsolationSpec& spec, Driver& driver) : spec_(spec), driver_(driver) {
    for (SessionId s = 0; s < spec.sessions.size(); ++s)
      for (const auto& step : spec.sessions[s].steps) {
        owner_[step.name] = s;
        sql_[step.name] = step.sql;
        for (const std::string& part : split_statements(step.sql)) statements_[step.name].push_back(prepared(part));
      }
  }

  std::string play() {
    out_ = fmt::format("Parsed test spec with {} sessions\n", spec_.sessions.size());
    if (spec_.permutations.empty()) {
      for (const auto& names : interleavings(spec_)) {
        std::vector<PermutationStep> steps;
        for (const std::string& name : names) steps.push_back({name, {}});
        play(steps);
      }
    }
    for (const auto& permutation : spec_.permutations) play(permutation);
    return out_;
  }

 private:
  struct Running {
    const PermutationStep* step = nullptr;
    std::size_t next = 0;  ///< of its statements
    bool ended = false;
    std::string results;
  };

  void play(const std::vector<PermutationStep>& steps) {
    out_ += "\nstarting permutation:";
    for (const auto& step : steps) out_ += " " + step.step;
    out_ += "\n";
    open();
    std::vector<const PermutationStep*> waiting;
    for (const PermutationStep& step : steps) {
      const SessionId session = owner_.at(step.step);
      while (running_[session]) wait_for_some(waiting);
      running_[session] = Running{&step, 0, false, ""};
      next_statement(session);
      settle();
      const bool must_wait = !complete(step, false);
      complete_waiting(waiting);
      if (must_wait) waiting.push_back(&step);
    }
    while (!waiting.empty()) wait_for_some(waiting);
    for (SessionId s = 0; s < spec_.sessions.size(); ++s) alone(s, spec_.sessions[s].teardown);
    driver_.close();
  }

  void open() {
    Setup setup;
    setup.workload = "spec";
    setup.settings["analyzed"] = "off";  // the tester runs no ANALYZE, and no vacuum comes in time
    for (const std::string& text : spec_.setup)
      for (const std::string& part : split_statements(text)) setup.schema.push_back(prepared(part));
    for (const auto& session : spec_.sessions) setup.sessions.push_back({session.name, std::nullopt, {}});
    const Problems problems = driver_.open(setup);
    if (!problems.empty()) throw Unplayable{problems.front().message};
    running_.assign(spec_.sessions.size(), std::nullopt);
    for (SessionId s = 0; s < spec_.sessions.size(); ++s) alone(s, spec_.sessions[s].setup);
  }

  /// A session's setup or teardown.
  void alone(SessionId session, const std::string& sql) {
    for (const std::string& part : split_statements(sql)) {
      const auto statement = prepared(part);
      driver_.start({session, "setup", "setup", statement, {}});
      driver_.settle({});
      for (const Event& event : driver_.observe())
        if (const auto* ended = std::get_if<StatementEnded>(&event.what)) out_ += shown(*ended, *statement);
    }
  }

  /// Time passes until something ends.
  void wait_for_some(std::vector<const PermutationStep*>& waiting) {
    const Time before = driver_.now();
    driver_.sleep_until({before.micros + 600'000'000});
    settle();
    const std::size_t still = waiting.size();
    complete_waiting(waiting);
    idle_rounds_ = waiting.size() == still ? idle_rounds_ + 1 : 0;
    if (idle_rounds_ > 3 || (waiting.size() == still && driver_.now() == before)) throw Unplayable{"a step never ends"};
  }

  void next_statement(SessionId session) {
    Running& running = *running_[session];
    const auto& parts = statements_.at(running.step->step);
    driver_.start({session, running.step->step, "spec", parts.at(running.next), {}});
  }

  void settle() {
    for (bool again = true; again;) {
      again = false;
      driver_.settle({});
      for (const Event& event : driver_.observe()) {
        const auto* ended = std::get_if<StatementEnded>(&event.what);
        if (ended == nullptr || !running_[event.session]) continue;
        Running& running = *running_[event.session];
        const auto& parts = statements_.at(running.step->step);
        running.results += shown(*ended, *parts[running.next]);
        running.ended = ended->outcome != gridlock::Outcome::done || ++running.next == parts.size();
        if (running.ended) continue;
        next_statement(event.session);
        again = true;
      }
    }
  }

  static std::string shown(const StatementEnded& ended, const Prepared& statement) {
    if (ended.error) return fmt::format("ERROR:  {}\n", ended.error->message);
    if (!returns_rows(statement)) return "";
    std::string text;
    for (const auto& row : ended.rows) {
      for (std::size_t i = 0; i < row.size(); ++i)
        text += (i > 0 ? "|" : "") + (is_null(row[i]) ? "" : to_text(row[i]));
      text += "\n";
    }
    return text + fmt::format("({} row{})\n\n", ended.rows.size(), ended.rows.size() == 1 ? "" : "s");
  }

  bool blocked(const PermutationStep& step) const {
    return std::any_of(step.markers.begin(), step.markers.end(), [&](const IsolationSpec::Marker& marker) {
      if (marker.waits || marker.starts) return false;
      const auto& other = running_[owner_.at(marker.step)];
      return other && other->step->step == marker.step;
    });
  }

  /// try_complete_step: false while the step is still to be waited for.
  bool complete(const PermutationStep& step, bool again) {
    const auto forced = [](const IsolationSpec::Marker& marker) { return marker.waits; };
    Running& running = *running_[owner_.at(step.step)];
    const bool wait_once = !again && std::any_of(step.markers.begin(), step.markers.end(), forced);
    if (!running.ended || wait_once || blocked(step)) {
      if (!again) out_ += fmt::format("step {}: {} <waiting ...>\n", step.step, sql_.at(step.step));
      return false;
    }
    out_ += fmt::format("step {}: {}\n", step.step, again ? "<... completed>" : sql_.at(step.step));
    out_ += running.results;
    running_[owner_.at(step.step)].reset();
    return true;
  }

  void complete_waiting(std::vector<const PermutationStep*>& waiting) {
    bool again = true;
    while (again) {
      const std::size_t before = waiting.size();
      bool markers = false;
      std::vector<const PermutationStep*> still;
      for (const PermutationStep* step : waiting) {
        if (complete(*step, true)) continue;
        markers = markers || !step->markers.empty();
        still.push_back(step);
      }
      waiting = std::move(still);
      again = markers && waiting.size() < before;
    }
  }

  const IsolationSpec& spec_;
  Driver& driver_;
  std::map<std::string, SessionId> owner_;
  std::map<std::string, std::string> sql_;
  std::map<std::string, std::vector<std::shared_ptr<const Prepared>>> statements_;
  std::vector<std::optional<Running>> running_;
  std::string out_;
  int idle_rounds_ = 0;
};

}  // namespace

Outcome play(const IsolationSpec& spec, const std::string& engine) {
  auto made = make_driver(engine);
  if (!made.driver) return {"", made.problems.front().message};
  try {
    return {Tester(spec, *made.driver).play(), ""};
  } catch (const Unplayable& problem) {
    return {"", problem.why};
  }
}

std::string normalized(const std::string& out) {
  static const std::regex rule("-+(\\+-+)*"), notice("[^ ]+: (NOTICE|WARNING): .*");
  std::vector<std::string> lines;
  std::istringstream in(out);
  for (std::string line; std::getline(in, line);) {
    if (std::regex_match(line, rule)) {
      if (!lines.empty()) lines.pop_back();  // the names of the columns
      continue;
    }
    if (std::regex_match(line, notice)) continue;
    std::string cells, cell;
    std::istringstream parts(line);
    while (std::getline(parts, cell, '|')) {
      const auto begin = cell.find_first_not_of(" \t"), end = cell.find_last_not_of(" \t");
      cells += (cells.empty() ? "" : "|") + (begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
    }
    while (cells.ends_with('|')) cells.pop_back();
    if (!cells.empty()) lines.push_back(cells);
  }
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace gridlock::isolation
