#include "analyzer/inference.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "model/sql/parse.h"

namespace gridlock {
namespace {

sql::Dialect dialect_of(const Trace& trace) {
  const bool postgres = trace.engine.starts_with("postgres") || trace.engine.starts_with("reference:postgres");
  return postgres ? sql::Dialect::postgres : sql::Dialect::mysql;
}

/// The words and the literals of a statement: tables are among the words, keys among the literals.
struct Named {
  std::set<std::string> words, values;
};

Named named_in(const std::string& sql, sql::Dialect dialect) {
  Named named;
  for (const sql::Token& token : sql::tokens(sql, dialect)) {
    std::string text = sql.substr(token.span.begin, token.span.end - token.span.begin);
    using Kind = sql::Token::Kind;
    if (token.kind == Kind::word || token.kind == Kind::quoted_name) named.words.insert(std::move(text));
    if (token.kind == Kind::number || token.kind == Kind::string) named.values.insert(std::move(text));
  }
  return named;
}

template <typename T>
bool meet(const std::set<T>& a, const std::set<T>& b) {
  return std::any_of(a.begin(), a.end(), [&](const T& one) { return b.contains(one); });
}

class Inference {
 public:
  Inference(Replay& replay, const Trace& trace)
      : replay_(replay), dialect_(dialect_of(trace)), tables_(tables_of(trace)) {
    for (SessionId id = 0; id < trace.sessions.size(); ++id) add(id);
  }

  /// Breadth first, so that the cycle is the shortest.
  WaitCycle cycle(SessionId victim) const {
    std::vector<WaitCycle> paths{{victim}};
    std::set<SessionId> seen{victim};
    for (std::size_t i = 0; i < paths.size(); ++i) {
      for (SessionId next = 0; next < wants_.size(); ++next) {
        if (!in_the_way(next, paths[i].back())) continue;
        if (next == victim && paths[i].size() > 1) return paths[i];
        if (!wants_[next].running || !seen.insert(next).second) continue;
        WaitCycle longer = paths[i];
        longer.push_back(next);
        paths.push_back(std::move(longer));
      }
    }
    return {};
  }

 private:
  struct Wants {
    bool running = false;
    Named now;
    std::vector<Named> before;
  };

  Named tables_only(Named named) const {
    std::erase_if(named.words, [&](const std::string& word) { return !tables_.contains(word); });
    return named;
  }

  void add(SessionId id) {
    const ReplayedSession& session = replay_.session(id);
    Wants wants;
    wants.running = session.running;
    wants.now = tables_only(named_in(session.sql, dialect_));
    for (const PastStatement& past : session.earlier) wants.before.push_back(tables_only(named_in(past.sql, dialect_)));
    wants_.push_back(std::move(wants));
  }

  bool in_the_way(SessionId holder, SessionId waiter) const {
    if (holder == waiter) return false;
    const Named& now = wants_[waiter].now;
    return std::any_of(wants_[holder].before.begin(), wants_[holder].before.end(),
                       [&](const Named& past) { return meet(past.words, now.words) && meet(past.values, now.values); });
  }

  Replay& replay_;
  sql::Dialect dialect_;
  std::set<std::string> tables_;
  std::vector<Wants> wants_;
};

}  // namespace

std::set<std::string> tables_of(const Trace& trace) {
  std::set<std::string> tables;
  for (const sql::Statement& statement : sql::parse_script(trace.schema, dialect_of(trace)).statements)
    if (const auto* table = std::get_if<sql::CreateTable>(&statement.node)) tables.insert(table->name.text);
  return tables;
}

std::set<std::string> tables_in(const std::string& sql, const Trace& trace, const std::set<std::string>& tables) {
  std::set<std::string> named = named_in(sql, dialect_of(trace)).words;
  std::erase_if(named, [&](const std::string& word) { return !tables.contains(word); });
  return named;
}

WaitCycle inferred_cycle(Replay& replay, const Trace& trace, SessionId victim) {
  WaitCycle cycle = Inference(replay, trace).cycle(victim);
  if (cycle.size() > 1) std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  return cycle;
}

}  // namespace gridlock
