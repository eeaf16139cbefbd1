#include "workloads/explore/explore.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "drivers/engines.h"
#include "drivers/explorable.h"
#include "model/sql/parse.h"
#include "workloads/explore/pct.h"
#include "workloads/explore/search.h"
#include "workloads/explore/token.h"
#include "workloads/runner/setup.h"

namespace gridlock::explore {
namespace {

/// Collects what is wrong with the orders that a search plays, the shortest witness of each shape.
class Collector final : public Observer {
 public:
  Collector(const Workload& workload, const Options& options, Exploration& result, std::string dialect)
      : workload_(workload), options_(options), result_(result), dialect_(std::move(dialect)) {}

  void begin(const Plan& plan, std::size_t number, const Player& start) {
    plan_ = &plan;
    number_ = number;
    start_ = &start;
    judge_.emplace(workload_, plan, dialect_);
  }

  void played(const Turns& path, const std::vector<std::uint32_t>& past, const std::vector<Event>& events) override {
    ++result_.coverage.turns;
    result_.coverage.depth = std::max(result_.coverage.depth, static_cast<std::uint32_t>(path.size()));
    for (Finding& found : judge_->deadlocks(events)) {
      ++result_.coverage.deadlocks;
      Turns witness;
      for (const std::uint32_t at : past) witness.push_back(path[at]);
      note(std::move(found), std::move(witness));
    }
  }

  void ended(const Turns& path, Player& player) override {
    ++result_.coverage.schedules;
    std::vector<Event> events;
    bool busy = false;
    for (SessionId s = 0; s < plan_->sessions.size(); ++s) busy = busy || player.busy(s);
    if (busy) {
      Player again = start_->copy();
      play_turns(again, path, events);
    }
    for (Finding& found : judge_->at_the_end(player, events)) note(std::move(found), path);
  }

  bool stop() override {
    if ((++asked_ & 0xff) == 0 && options_.progress)
      options_.progress(result_.coverage.schedules, result_.coverage.turns, number_, result_.coverage.plans);
    Ended& ended = result_.coverage.ended;
    if (options_.stop && options_.stop()) ended = Ended::stopped;
    if (options_.out_of_time && options_.out_of_time()) ended = Ended::time;
    if (options_.schedules && result_.coverage.schedules >= *options_.schedules) ended = Ended::schedules;
    return ended != Ended::exhausted;
  }

  /// What an order that was found on another day leads to. False when it leads to nothing.
  bool add(const Plan& plan, std::size_t number, const Player& start, const Turns& turns, std::uint64_t count) {
    begin(plan, number, start);
    Player player = start.copy();
    std::vector<Event> events;
    if (!play_turns(player, turns, events)) return false;
    auto found = judge_->deadlocks(events);
    if (found.empty()) found = judge_->at_the_end(player, events);
    if (found.empty()) return false;
    found.back().count = count;
    note(std::move(found.back()), turns);
    return true;
  }

  /// A ring that row locks tell of: it is played, for what the engine makes of it.
  void note_ring(const Turns& turns, std::uint64_t count) {
    Player player = start_->copy();
    std::vector<Event> events;
    const bool played = play_turns(player, turns, events);
    auto found = judge_->deadlocks(events);
    result_.coverage.turns += turns.size();
    result_.coverage.depth = std::max(result_.coverage.depth, static_cast<std::uint32_t>(turns.size()));
    result_.coverage.deadlocks += count;
    if (!played || found.empty()) throw std::logic_error("row locks tell of a deadlock that the engine does not have");
    found.back().count = count;
    note(std::move(found.back()), turns);
  }

  std::map<std::string, Finding>& findings() { return findings_; }

 private:
  void note(Finding found, Turns witness) {
    const std::string key = std::string(to_string(found.what)) + '\n' + found.shape;
    found.plan = number_;
    found.witness = std::move(witness);
    const auto [at, fresh] = findings_.emplace(key, found);
    if (fresh) return;
    at->second.count += found.count;
    if (found.witness.size() >= at->second.witness.size()) return;
    found.count = at->second.count;
    at->second = std::move(found);
  }

  const Workload& workload_;
  const Options& options_;
  Exploration& result_;
  std::string dialect_;
  const Plan* plan_ = nullptr;
  std::size_t number_ = 0;
  const Player* start_ = nullptr;
  std::optional<Judge> judge_;
  std::map<std::string, Finding> findings_;
  std::uint64_t asked_ = 0;
};

/// Rings by their statements: alike ones are one shape.
class RingShapes {
 public:
  struct Seen {
    Ring smallest;  ///< fewest rows held
    std::size_t rows = 0;
    std::uint64_t count = 0;
  };

  RingShapes(const Plan& plan, const RowLocks& locks, const std::string& dialect) {
    const auto in = dialect == "postgres" ? sql::Dialect::postgres : sql::Dialect::mysql;
    std::map<std::string, std::uint32_t> numbers;
    for (std::size_t s = 0; s < plan.sessions.size(); ++s) {
      statements_.emplace_back();
      for (const std::uint32_t step : locks.steps[s]) {
        const std::string print = sql::fingerprint(plan.sessions[s].steps[step].statement->text, in);
        statements_[s].push_back(numbers.try_emplace(print, numbers.size()).first->second);
      }
    }
  }

  /// A party's shape: the statement that waits, and the one that holds what its predecessor waits for is of the same
  /// kind of lock.
  void see(const Ring& ring) {
    shape_.clear();
    std::size_t rows = 0;
    for (std::size_t i = 0; i < ring.sessions.size(); ++i) {
      shape_.push_back(statements_[ring.sessions[i]][ring.held[i]]);
      rows += ring.held[i];
    }
    best_ = shape_;
    for (std::size_t i = 1; i < shape_.size(); ++i) {
      std::rotate(shape_.begin(), shape_.begin() + 1, shape_.end());
      best_ = std::min(best_, shape_);
    }
    Seen& seen = seen_[best_];
    if (seen.count++ == 0 || rows < seen.rows) {
      seen.smallest = ring;
      seen.rows = rows;
    }
  }

  const std::map<std::vector<std::uint32_t>, Seen>& seen() const { return seen_; }

 private:
  std::vector<std::vector<std::uint32_t>> statements_;  ///< by session and row of its line
  std::map<std::vector<std::uint32_t>, Seen> seen_;
  std::vector<std::uint32_t> shape_, best_;
};

std::string turns_text(const Turns& turns) {
  std::string out;
  for (const Turn turn : turns) out += fmt::format(" {}.{}", turn.session, turn.step);
  return out;
}

class Explorer {
 public:
  Explorer(const Workload& workload, const Options& options)
      : workload_(workload),
        options_(options),
        dialect_(dialect_of(options.engine)),
        collector_(workload, options, result_, dialect_) {
    result_.engine = options.engine;
    result_.seed = options.seed.value_or(workload.seed);
    result_.coverage.chance = options.chance;
  }

  Exploration all() {
    make_plans();
    if (result_.problems.empty() && !options_.resume.empty()) resume();
    while (result_.problems.empty() && result_.coverage.plans_done < plans_.size() && explore_next()) {
    }
    if (result_.problems.empty()) tell_witnesses();
    if (result_.coverage.ended != Ended::exhausted) save();
    result_.plans = std::move(plans_);
    return std::move(result_);
  }

 private:
  void make_plans() {
    Coverage& coverage = result_.coverage;
    coverage.storm = !workload_.is_story();
    if (workload_.is_story()) {
      plans_.push_back(plan_of_story(workload_, dialect_, result_.seed, options_.isolation));
    } else {
      Casts casts = casts_of_storm(workload_, dialect_, result_.seed, options_.isolation, options_.casts);
      plans_ = std::move(casts.plans);
      coverage.values = casts.values;
      coverage.values_chosen = casts.values_chosen;
      coverage.loops_cut = casts.loops_cut;
      coverage.casts_cut = casts.cut;
    }
    coverage.plans = plans_.size();
    for (const Plan& plan : plans_) coverage.sessions = std::max(coverage.sessions, plan.sessions.size());
    if (coverage.sessions > sessions_max)
      result_.problems.push_back({{workload_.file, 0, 0},
                                  fmt::format("{} sessions are too many to explore", coverage.sessions),
                                  fmt::format("at most {}", sessions_max)});
  }

  /// A driver at the plan's beginning; plans whose sessions are alike share one that was opened once.
  std::optional<Player> start(const Plan& plan) {
    if (!base_ || !same_sessions(base_sessions_, plan.setup.sessions)) {
      Opened opened = open(plan, options_.engine);
      result_.problems = std::move(opened.problems);
      base_ = std::move(opened.driver);
      base_sessions_ = plan.setup.sessions;
      if (!result_.problems.empty()) return std::nullopt;
      result_.version = base_->version();
    }
    return Player(plan, another(plan));
  }

  /// A driver like the base.
  std::unique_ptr<Driver> another(const Plan& plan) const {
    auto driver = copy_of(*base_);
    return driver ? std::move(driver) : open(plan, options_.engine).driver;
  }

  static bool same_sessions(const std::vector<SessionSetup>& a, const std::vector<SessionSetup>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SessionSetup& x, const SessionSetup& y) {
      return x.name == y.name && x.isolation == y.isolation && x.settings == y.settings;
    });
  }

  /// The next plan, or the rest of it. False when something ends the whole.
  bool explore_next() {
    Coverage& coverage = result_.coverage;
    const Plan& plan = plans_[coverage.plans_done];
    const auto at = start(plan);
    if (!at) return false;
    collector_.begin(plan, coverage.plans_done, *at);
    const bool over = options_.chance ? by_chance(*at) : everything(*at);
    if (over) ++coverage.plans_done;
    return over;
  }

  /// Played orders grow with the factorial of the turns; up to so many, they are few and say more.
  static constexpr std::size_t few_turns = 12;

  std::optional<RowLocks> row_locks(const Plan& plan) const {
    std::size_t turns = 0;
    for (const PlannedSession& session : plan.sessions) turns += session.steps.size();
    const bool wanted = turns > few_turns || options_.each_state;
    if (options_.play_all || !wanted || !workload_.expect.invariants.empty() || !options_.resume.empty())
      return std::nullopt;
    const Opened opened = open(plan, options_.engine, true);
    if (!opened.problems.empty() || !copy_of(*opened.driver)) return std::nullopt;
    return row_locks_of(plan, *opened.driver);
  }

  /// False when something ended it.
  bool by_row_locks(const Plan& plan, const RowLocks& locks) {
    const auto stop = [&] { return collector_.stop(); };
    if (!result_.coverage.states) result_.coverage.states.emplace();
    StateCounts& counts = *result_.coverage.states;
    std::uint64_t before = counts.deadlocks;
    const auto tell = [&](const Progresses& progress) {
      options_.each_state(plan, locks, progress, counts.deadlocks - before);
      before = counts.deadlocks;
    };
    const std::function<void(const Progresses&)> each =
        options_.each_state ? tell : std::function<void(const Progresses&)>();
    RingShapes shapes(plan, locks, dialect_);
    if (!deadlock_states(locks, counts, each, stop)) return false;
    const bool over = rings(
        locks, [&](const Ring& ring) { shapes.see(ring); }, stop);
    for (const auto& [shape, seen] : shapes.seen()) collector_.note_ring(witness_of(locks, seen.smallest), seen.count);
    return over;
  }

  bool everything(const Player& at) {
    if (const auto locks = row_locks(at.plan())) return by_row_locks(at.plan(), *locks);
    Player first = at.copy();
    result_.coverage.commuting_known = result_.coverage.commuting_known && touched_by(first.driver()).has_value();
    Search search(std::move(first), collector_);
    if (!search_state_.empty() && !search.restore(std::exchange(search_state_, ""))) {
      result_.problems.push_back({{}, "the state file is of another workload, or of another version of it", ""});
      return false;
    }
    const std::uint64_t cut_before = search.counts().cut;
    const bool over = search.run();
    result_.coverage.cut += search.counts().cut - cut_before;
    if (!over) search_state_ = search.save();
    return over;
  }

  bool by_chance(const Player& at) {
    const Chance& chance = *options_.chance;
    const double chance_here = chance_of_finding(at.plan(), chance.depth, chance.schedules);
    double& least = result_.coverage.chance_of_finding;
    least = result_.coverage.plans_done == 0 ? chance_here : std::min(least, chance_here);
    auto random = expand::Random::stream(result_.seed, result_.coverage.plans_done, expand::Purpose::choice);
    for (std::uint64_t i = 0; i < chance.schedules; ++i)
      if (!play_by_chance(at.copy(), chance.depth, random, collector_)) return false;
    return true;
  }

  // ---------------------------------------------------------------------------------------------- witnesses

  void tell_witnesses() {
    for (auto& [key, finding] : collector_.findings()) {
      const Plan& plan = plans_[finding.plan];
      const auto at = start(plan);
      const Judge judge(workload_, plan, dialect_);
      shrink(finding, *at, judge);
      const auto driver = another(plan);
      Witness witness{finding, play_order(plan, *driver, finding.witness), ""};
      std::optional<Cast> cast;
      if (!workload_.is_story())
        cast =
            Cast{static_cast<std::uint32_t>(options_.casts.sessions), static_cast<std::uint32_t>(options_.casts.values),
                 static_cast<std::uint32_t>(options_.casts.rounds), finding.plan};
      witness.token = to_word(token_of(plan, finding.witness, options_.workload_hash, options_.isolation, cast));
      result_.witnesses.push_back(std::move(witness));
    }
    // by kind, then the shortest first; `findings` is in the order of kinds' words and shapes already
    std::stable_sort(result_.witnesses.begin(), result_.witnesses.end(), [](const Witness& a, const Witness& b) {
      return std::pair(a.finding.what, a.finding.witness.size()) < std::pair(b.finding.what, b.finding.witness.size());
    });
  }

  // ---------------------------------------------------------------------------------------------- another day

  std::string head() const {
    return fmt::format("gridlock-explore 1 {:08x} {} {} {} {}\n", options_.workload_hash, options_.engine,
                       options_.casts.sessions, options_.casts.values, options_.casts.rounds);
  }

  void save() {
    const Coverage& c = result_.coverage;
    std::string& out = result_.state;
    out = head() +
          fmt::format("coverage {} {} {} {} {} {}\n", c.plans_done, c.schedules, c.cut, c.turns, c.depth, c.deadlocks);
    for (const auto& [key, finding] : collector_.findings())
      out += fmt::format("finding {} {}{}\n", finding.plan, finding.count, turns_text(finding.witness));
    out += "search\n" + search_state_;
  }

  void resume() {
    const auto refuse = [&] {
      result_.problems.push_back({{},
                                  "the state file is of another workload, engine or bound, or is none",
                                  "explore with the same file and options, or remove --resume"});
    };
    if (!options_.resume.starts_with(head())) return refuse();
    std::istringstream in(options_.resume.substr(head().size()));
    std::string line;
    while (std::getline(in, line) && line != "search") {
      std::istringstream words(line);
      std::string what;
      words >> what;
      Coverage& c = result_.coverage;
      if (what == "coverage") words >> c.plans_done >> c.schedules >> c.cut >> c.turns >> c.depth >> c.deadlocks;
      if (what == "finding" && !resume_finding(words)) return refuse();
    }
    if (result_.coverage.plans_done > plans_.size()) return refuse();
    search_state_.assign(std::istreambuf_iterator<char>(in), {});
  }

  /// A finding is what its witness leads to: it is played again.
  bool resume_finding(std::istream& words) {
    std::size_t plan = 0;
    std::uint64_t count = 0;
    if (!(words >> plan >> count) || plan >= plans_.size()) return false;
    Turns turns;
    char dot = 0;
    for (Turn turn; words >> turn.session >> dot >> turn.step;) {
      if (turn.session >= plans_[plan].sessions.size() || turn.step >= plans_[plan].sessions[turn.session].steps.size())
        return false;
      turns.push_back(turn);
    }
    const auto at = start(plans_[plan]);
    return !at || collector_.add(plans_[plan], plan, *at, turns, count);
  }

  const Workload& workload_;
  const Options& options_;
  std::string dialect_;
  Exploration result_;
  Collector collector_;
  std::vector<Plan> plans_;
  std::unique_ptr<Driver> base_;
  std::vector<SessionSetup> base_sessions_;
  std::string search_state_;
};

}  // namespace

Opened open(const Plan& plan, const std::string& engine, bool locks) {
  MadeDriver made = make_driver(engine);
  if (!made.driver) return {nullptr, std::move(made.problems)};
  Setup setup = plan.setup;
  setup.data = *plan.data;
  setup.locks = locks;
  Problems problems = made.driver->open(setup);
  return {std::move(made.driver), std::move(problems)};
}

Exploration explore(const Workload& workload, const Options& options) { return Explorer(workload, options).all(); }

}  // namespace gridlock::explore
