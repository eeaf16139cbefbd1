#include "workloads/explore/casts.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "workloads/expand/random.h"
#include "workloads/expand/sampler.h"
#include "workloads/runner/setup.h"
#include "workloads/runner/wrapping.h"

namespace gridlock::explore {
namespace {

using Values = std::map<std::string, Value>;

/// One transaction as one session could run it.
struct Role {
  const SessionGroup* group;
  const TransactionType* type;
};

/// The few values of a distribution that are taken, for the `instance`th session of a cast (from 0).
class Choices {
 public:
  explicit Choices(std::size_t most) : most_(most) {}

  std::vector<Value> of(const Distribution& distribution, std::size_t instance, const Values& others) {
    return std::visit([&](const auto& one) { return list(one, instance, others); }, distribution);
  }
  bool left_some_out() const { return left_out_; }

 private:
  std::vector<Value> list(const Constant& one, std::size_t, const Values&) { return {one.value}; }
  std::vector<Value> list(const Uniform& one, std::size_t, const Values&) {
    const auto* low = std::get_if<std::int64_t>(&one.low);
    const auto* high = std::get_if<std::int64_t>(&one.high);
    if (low != nullptr && high != nullptr) return neighbours(*low, *high);
    left_out_ = true;
    return compare(one.low, one.high) == 0 ? std::vector<Value>{one.low} : std::vector<Value>{one.low, one.high};
  }
  std::vector<Value> list(const Zipfian& one, std::size_t, const Values&) { return neighbours(one.low, one.high); }
  std::vector<Value> list(const Sequence& one, std::size_t instance, const Values&) {
    const auto turn = one.per_session ? 0 : static_cast<std::int64_t>(instance);
    return {one.start + turn * one.step};
  }
  std::vector<Value> list(const OneOf& one, std::size_t, const Values&) {
    left_out_ = left_out_ || one.values.size() > most_;
    return {one.values.begin(), one.values.begin() + static_cast<std::ptrdiff_t>(std::min(most_, one.values.size()))};
  }
  std::vector<Value> list(const Normal& one, std::size_t, const Values&) {
    left_out_ = true;
    if (one.scale != 0) return {one.mean};
    const auto mean = static_cast<std::int64_t>(one.mean);
    return neighbours(mean, mean + static_cast<std::int64_t>(most_) - 1);
  }
  std::vector<Value> list(const Pattern& one, std::size_t instance, const Values& others) {
    expand::Random random(0);
    const auto lookup = [&](const std::string& name) {
      const auto found = others.find(name);
      return found == others.end() ? Value() : found->second;
    };
    return {sampler_.draw(one, random, instance + 1, lookup)};
  }

  std::vector<Value> neighbours(std::int64_t low, std::int64_t high) {
    std::vector<Value> values;
    for (std::int64_t value = low; value <= high && values.size() < most_; ++value) values.emplace_back(value);
    left_out_ = left_out_ || high - low >= static_cast<std::int64_t>(most_);
    return values;
  }

  std::size_t most_;
  bool left_out_ = false;
  expand::Sampler sampler_;
};

/// All straight lines that one role can be, as the `instance`th session.
class Lines {
 public:
  Lines(const std::string& dialect, std::size_t instance, std::size_t rounds, Choices& choices)
      : dialect_(dialect), instance_(instance), rounds_(rounds), choices_(choices) {}

  std::vector<std::vector<PlannedStep>> of(const TransactionType& type) {
    type_ = &type;
    lines_.clear();
    line_.clear();
    prefix_ = fmt::format("{}-{}", type.name, instance_ + 1);
    const bool wrapped = is_wrapped(type, dialect_);
    if (wrapped)
      for (const auto& statement : begin_statements(dialect_, std::nullopt)) add("begin", statement, {});
    draw(type.params, 0, [&] {
      steps(type.steps, 0, "", [&] {
        if (wrapped) add("commit", commit_statement(), {});
        lines_.push_back(line_);
        if (wrapped) line_.pop_back();
      });
    });
    return std::move(lines_);
  }
  bool loops_cut() const { return loops_cut_; }

 private:
  using Then = std::function<void()>;

  void add(const std::string& name, const std::shared_ptr<const Prepared>& statement,
           const std::vector<std::string>& into) {
    line_.push_back({prefix_ + "." + name, statement, into, ends_transaction(*statement), values_});
  }

  /// Every choice of the parameters from `at` on.
  void draw(const std::vector<Parameter>& parameters, std::size_t at, const Then& then) {
    if (at == parameters.size()) return then();
    const Parameter& parameter = parameters[at];
    for (const Value& value : choices_.of(parameter.distribution, instance_, values_)) {
      if (parameter.distinct_from && compare(value, values_[*parameter.distinct_from]) == 0) continue;
      const Values before = values_;
      values_[parameter.name] = value;
      draw(parameters, at + 1, then);
      values_ = before;
    }
  }

  void steps(const std::vector<Step>& list, std::size_t at, const std::string& round, const Then& then) {
    if (at == list.size()) return then();
    const Step& step = list[at];
    const Then rest = [&, at] { steps(list, at + 1, round, then); };
    if (step.loop) return turns(*step.loop, 1, round, rest);
    const auto statement = statement_for(step, dialect_);
    if (!statement) return rest();
    add(step.name + round, statement, step.into);
    rest();
    line_.pop_back();
  }

  void turns(const Step::Loop& loop, std::size_t turn, const std::string& round, const Then& then) {
    const auto times = static_cast<std::size_t>(std::max<std::int64_t>(loop.times, 0));
    loops_cut_ = loops_cut_ || times > rounds_;
    if (turn > std::min(times, rounds_)) return then();
    draw(loop.params, 0,
         [&] { steps(loop.steps, 0, fmt::format("{}#{}", round, turn), [&] { turns(loop, turn + 1, round, then); }); });
  }

  const std::string& dialect_;
  std::size_t instance_, rounds_;
  Choices& choices_;
  const TransactionType* type_ = nullptr;
  std::string prefix_;
  Values values_;
  std::vector<PlannedStep> line_;
  std::vector<std::vector<PlannedStep>> lines_;
  bool loops_cut_ = false;
};

/// What a role does, as a text that is equal for equal work, whoever does it.
std::string work_of(const Role& role, const std::vector<PlannedStep>& line) {
  std::string text = fmt::format(
      "{}\n",
      static_cast<int>(role.type->isolation.value_or(role.group->isolation.value_or(sql::Isolation::repeatable_read))));
  for (const PlannedStep& step : line) {
    text += step.statement->text;
    for (const std::string& name : step.statement->parameters)
      if (const auto value = step.values.find(name); value != step.values.end())
        text += " :" + name + "=" + to_sql(value->second);
    text += '\n';
  }
  return text;
}

class Casting {
 public:
  Casting(const Workload& workload, const std::string& dialect, std::uint64_t seed,
          std::optional<sql::Isolation> isolation, const CastBounds& bounds)
      : workload_(workload),
        storm_(std::get<Storm>(workload.play)),
        dialect_(dialect),
        isolation_(isolation),
        bounds_(bounds),
        choices_(bounds.values == 0 ? bounds.sessions : bounds.values) {
    base_.workload = workload.name;
    base_.schema_text = schema_text_for(workload, dialect);
    base_.setup = setup_for(workload, dialect, seed, {});
    base_.data = std::make_shared<std::vector<TableData>>(std::exchange(base_.setup.data, {}));
    for (const SessionGroup& group : storm_.groups)
      for (const auto& [name, weight] : group.run) roles_.push_back({&group, transaction_type(storm_, name)});
  }

  Casts all() {
    std::size_t there = 0;
    for (const SessionGroup& group : storm_.groups) there += group.count;
    casts_.sessions = std::min({bounds_.sessions, there, std::size_t{64}});
    casts_.values = bounds_.values == 0 ? bounds_.sessions : bounds_.values;
    choose(0);
    casts_.values_chosen = choices_.left_some_out();
    return std::move(casts_);
  }

 private:
  /// Roles in the storm's order, a role as often as its group has sessions.
  void choose(std::size_t from) {
    if (cast_.size() == casts_.sessions) return fill(0);
    for (std::size_t r = from; r < roles_.size(); ++r) {
      const auto taken = std::count_if(cast_.begin(), cast_.end(),
                                       [&](std::size_t one) { return roles_[one].group == roles_[r].group; });
      if (static_cast<std::uint32_t>(taken) >= roles_[r].group->count) continue;
      cast_.push_back(r);
      choose(r);
      cast_.pop_back();
    }
  }

  /// Every choice of values for the roles from `at` on.
  void fill(std::size_t at) {
    if (casts_.cut) return;
    if (at == cast_.size()) return keep();
    const Role& role = roles_[cast_[at]];
    Lines lines(dialect_, at, bounds_.rounds, choices_);
    for (auto& line : lines.of(*role.type)) {
      lines_.push_back(std::move(line));
      fill(at + 1);
      lines_.pop_back();
    }
    casts_.loops_cut = casts_.loops_cut || lines.loops_cut();
  }

  void keep() {
    std::vector<std::string> work;
    for (std::size_t i = 0; i < cast_.size(); ++i) work.push_back(work_of(roles_[cast_[i]], lines_[i]));
    std::sort(work.begin(), work.end());
    if (!seen_.insert(std::move(work)).second) return;
    if ((casts_.cut = casts_.plans.size() == bounds_.casts)) return;
    Plan plan = base_;
    plan.setup.sessions.clear();
    for (std::size_t i = 0; i < cast_.size(); ++i) {
      const Role& role = roles_[cast_[i]];
      const std::string name = fmt::format("{}-{}", role.type->name, i + 1);
      const auto own = role.type->isolation ? role.type->isolation : role.group->isolation;
      plan.setup.sessions.push_back({name, isolation_ ? isolation_ : own, role.group->settings});
      plan.sessions.push_back({name, role.type->name, lines_[i]});
    }
    casts_.plans.push_back(std::move(plan));
  }

  const Workload& workload_;
  const Storm& storm_;
  const std::string& dialect_;
  std::optional<sql::Isolation> isolation_;
  const CastBounds& bounds_;
  Choices choices_;
  Plan base_;
  std::vector<Role> roles_;
  std::vector<std::size_t> cast_;  ///< numbers of roles
  std::vector<std::vector<PlannedStep>> lines_;
  std::set<std::vector<std::string>> seen_;
  Casts casts_;
};

}  // namespace

Casts casts_of_storm(const Workload& workload, const std::string& dialect, std::uint64_t seed,
                     std::optional<sql::Isolation> isolation, const CastBounds& bounds) {
  return Casting(workload, dialect, seed, isolation, bounds).all();
}

}  // namespace gridlock::explore
