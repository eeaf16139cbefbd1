#include "tests/unit/drivers/story.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "drivers/engines.h"
#include "model/sql/parse.h"

namespace gridlock::reference {
namespace {

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" \t\n"));
  text.erase(text.find_last_not_of(" \t\n") + 1);
  return text;
}

struct Line {
  std::string session;
  std::string sql;  ///< empty: tell the session's locks
};

std::vector<Line> lines_of(const std::string& text) {
  std::vector<Line> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    line = trimmed(line);
    if (line.empty()) continue;
    if (line.starts_with("locks ")) {
      lines.push_back({line.substr(6), ""});
      continue;
    }
    const auto colon = line.find(':');
    lines.push_back({line.substr(0, colon), trimmed(line.substr(colon + 1))});
  }
  return lines;
}

sql::Isolation isolation_of(const std::string& words) {
  if (words == "read uncommitted") return sql::Isolation::read_uncommitted;
  if (words == "read committed") return sql::Isolation::read_committed;
  if (words == "serializable") return sql::Isolation::serializable;
  return sql::Isolation::repeatable_read;
}

std::string place_of(const Lock& lock) {
  if (!lock.object.empty()) return lock.object;
  return lock.index.empty() ? lock.table : fmt::format("{}.{} {}", lock.table, lock.index, lock.data);
}

class Teller {
 public:
  Teller(const std::vector<std::string>& names, Driver& driver) : names_(names), driver_(driver) {}

  void play(SessionId session, const std::string& sql) {
    if (driver_.busy(session)) {
      told_ += names_[session] + " skipped\n";
      return;
    }
    driver_.start({session, fmt::format("{}{}", names_[session], ++steps_), names_[session], prepared(sql), {}});
    driver_.settle({});
    for (const Event& event : driver_.observe()) tell(event);
  }

  void locks(SessionId session) {
    std::vector<std::string> all;
    for (const Lock& lock : locks_[session].locks) {
      if (lock.kind == LockKind::table) continue;
      const std::string where = lock.index == "PRIMARY" ? "" : lock.index + ":";
      all.push_back(fmt::format("{}{} {}{}", where, lock.supremum ? "supremum" : lock.data, lock.mode,
                                lock.waiting ? " waiting" : ""));
    }
    std::sort(all.begin(), all.end());
    told_ += names_[session] + " has";
    for (const std::string& one : all) told_ += (one == all.front() ? " " : " | ") + one;
    told_ += "\n";
  }

  std::string told() const { return told_; }

 private:
  void tell(const Event& event) {
    const std::string& name = names_[event.session];
    if (const auto* locks = std::get_if<LocksState>(&event.what)) {
      locks_[event.session] = *locks;
    } else if (const auto* wait = std::get_if<WaitState>(&event.what)) {
      if (wait->blockers.empty()) return;
      told_ += fmt::format("{} waits for {}: {} {}\n", name, names_[wait->blockers.front().session], wait->wanted.mode,
                           place_of(wait->wanted));
    } else if (const auto* deadlock = std::get_if<DeadlockFound>(&event.what)) {
      told_ += "deadlock: ";
      for (const auto& member : deadlock->cycle) told_ += names_[member.session] + " -> ";
      told_ += fmt::format("{}, victim {}\n", names_[deadlock->cycle.front().session], names_[deadlock->victim]);
    } else if (const auto* ended = std::get_if<StatementEnded>(&event.what)) {
      tell_end(name, *ended);
    }
  }

  void tell_end(const std::string& name, const StatementEnded& ended) {
    if (ended.outcome == Outcome::error) {
      told_ += fmt::format("{} error {} {}\n", name, ended.error->code, ended.error->message);
      return;
    }
    told_ += fmt::format("{} {}", name, to_string(ended.outcome));
    if (ended.affected > 0) told_ += fmt::format(" {}", ended.affected);
    for (const auto& row : ended.rows) {
      told_ += " (";
      for (std::size_t i = 0; i < row.size(); ++i) told_ += (i > 0 ? ", " : "") + to_sql(row[i]);
      told_ += ")";
    }
    told_ += "\n";
  }

  const std::vector<std::string>& names_;
  Driver& driver_;
  std::map<SessionId, LocksState> locks_;
  std::string told_;
  int steps_ = 0;
};

}  // namespace

std::shared_ptr<const Prepared> prepared(const std::string& sql) {
  auto parsed = sql::parse_statement(sql, sql::Dialect::mysql);
  EXPECT_TRUE(parsed.problems.empty()) << sql << ": " << parsed.problems.front().message;
  auto result = std::make_shared<Prepared>();
  result->text = sql;
  result->parameters = sql::parameters(sql, sql::Dialect::mysql);
  if (!parsed.statements.empty()) result->statement = parsed.statements.front();
  return result;
}

std::unique_ptr<Driver> opened(const std::string& schema, const std::vector<std::string>& sessions,
                               const StoryOptions& options, std::uint64_t seed) {
  Setup setup;
  setup.seed = seed;
  setup.locks = true;
  setup.settings = options.settings;
  for (const auto& statement : sql::parse_script(schema, sql::Dialect::mysql).statements) {
    setup.schema.push_back(prepared(statement.text));
  }
  for (const std::string& name : sessions) setup.sessions.push_back({name, isolation_of(options.isolation), {}});
  auto made = make_driver("reference:innodb");
  for (const Problem& problem : made.driver->open(setup)) ADD_FAILURE() << problem.message << " " << problem.hint;
  return std::move(made.driver);
}

std::string story(const std::string& text, const StoryOptions& options) {
  const auto cut = text.find("---");
  const auto lines = lines_of(text.substr(cut + 3));
  std::vector<std::string> names;
  for (const Line& line : lines) {
    if (std::find(names.begin(), names.end(), line.session) == names.end()) names.push_back(line.session);
  }
  std::sort(names.begin(), names.end());
  const auto driver = opened(text.substr(0, cut), names, options);
  Teller teller(names, *driver);
  for (const Line& line : lines) {
    const auto session = static_cast<SessionId>(std::find(names.begin(), names.end(), line.session) - names.begin());
    if (line.sql.empty()) {
      teller.locks(session);
    } else {
      teller.play(session, line.sql);
    }
  }
  return teller.told();
}

}  // namespace gridlock::reference
