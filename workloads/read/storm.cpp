// The storm form: transaction types, and how many sessions run how many of them.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "workloads/read/distributions.h"
#include "workloads/read/scalars.h"
#include "workloads/read/sections.h"
#include "workloads/read/steps.h"

namespace gridlock::read {
namespace {

constexpr std::int64_t most_sessions = 1'000'000;
constexpr double most_per_second = 1e6;  // one a microsecond, the smallest step of time

class StormReader {
 public:
  explicit StormReader(Reader& reader) : reader_(reader) {}

  Storm read(const yaml::Node* transactions, const yaml::Node& sessions) {
    if (transactions) read_transactions(*transactions);
    if (sessions.items.empty())
      reader_.problem(sessions, "`sessions` is empty: nobody runs anything",
                      "write `- {run: transfer, count: 8, times: 1000}`");
    for (const auto& item : sessions.items) group(*item);
    name_groups();
    return std::move(storm_);
  }

 private:
  void read_transactions(const yaml::Node& node) {
    if (!node.is_map())
      reader_.problem(node, fmt::format("`transactions` is a map of names, but this is {}", describe(node)),
                      "write `transactions: {transfer: {steps: [...]}}`");
    for (const auto& [name, body] : node.entries) storm_.transactions.push_back(transaction(*name, *body));
  }

  TransactionType transaction(const yaml::Node& name, const yaml::Node& body) {
    TransactionType type;
    type.name = name.text;
    type.where = reader_.where(name);
    std::vector<std::string> declared;
    if (body.is_list()) {
      type.steps = transaction_steps(reader_, body, declared);
      return type;
    }
    Fields fields(reader_, body, fmt::format("the transaction `{}`", name.text));
    if (const auto* level = fields.find("isolation")) type.isolation = isolation(reader_, *level);
    if (const auto* flag = fields.find("autocommit"))
      type.autocommit = truth(reader_, *flag, "`autocommit`").value_or(false);
    if (const auto* params = fields.find("params")) type.params = parameters(reader_, *params, declared);
    if (const auto* steps = fields.require("steps", "write `steps: [...]`"))
      type.steps = transaction_steps(reader_, *steps, declared);
    fields.done();
    return type;
  }

  void group(const yaml::Node& node) {
    SessionGroup group;
    group.where = reader_.where(node);
    Fields fields(reader_, node, "a session group");
    if (const auto* name = fields.find("name")) group.name = text(reader_, *name, "`name`").value_or("");
    if (const auto* level = fields.find("isolation")) group.isolation = isolation(reader_, *level);
    if (const auto* run = fields.require("run", "name a transaction: `{run: transfer, count: 8, times: 1000}`"))
      read_run(*run, group);
    if (const auto* count = fields.find("count"))
      group.count = static_cast<std::uint32_t>(whole_number(reader_, *count, "`count`", 1, most_sessions).value_or(1));
    if (const auto* times = fields.find("times"))
      group.times = static_cast<std::uint64_t>(whole_number(reader_, *times, "`times`", 1).value_or(1));
    if (const auto* time = fields.find("duration")) group.duration = duration(reader_, *time, "`duration`");
    if (const auto* wanted = fields.find("rate")) group.rate = rate(*wanted);
    if (const auto* ramp = fields.find("ramp")) group.ramp = duration(reader_, *ramp, "`ramp`").value_or(Time{});
    if (const auto* think = fields.find("think"))
      group.think = distribution(reader_, *think, Drawn::durations, "`think`");
    if (const auto* own = fields.find("settings")) flat_settings(reader_, *own, group.settings, group.settings_where);
    fields.done();
    if (group.rate && group.think)
      reader_.problem(fields.key("think"), "with a `rate` there is no `think`: the rate says when transactions begin",
                      "remove one of them");
    if (!group.times && !group.duration) group.times = 1;
    check_autocommit(group);
    storm_.groups.push_back(std::move(group));
  }

  /// `200`, or `{per_second: 200, arrivals: random}`.
  std::optional<Rate> rate(const yaml::Node& node) {
    Rate result;
    const yaml::Node* number_of = &node;
    if (node.is_map()) {
      Fields fields(reader_, node, "`rate`");
      number_of = fields.require("per_second", "write `{per_second: 200, arrivals: random}`");
      if (const auto* kind = fields.find("arrivals")) result.arrivals = arrivals(*kind);
      fields.done();
    }
    if (!number_of) return std::nullopt;
    const auto per_second = number(reader_, *number_of, "`rate`");
    if (!per_second) return std::nullopt;
    if (!(*per_second > 0) || *per_second > most_per_second) {
      reader_.problem(*number_of,
                      fmt::format("`rate` is a number of transactions a second, but this is {}", number_of->text),
                      "write `rate: 200`");
      return std::nullopt;
    }
    result.per_second = *per_second;
    return result;
  }

  Rate::Arrivals arrivals(const yaml::Node& node) {
    static const std::vector<std::string> words{"even", "random"};
    const auto word = text(reader_, node, "`arrivals`");
    if (word && *word != "even" && *word != "random")
      reader_.problem(node, fmt::format("unknown arrivals `{}`", *word), suggestion(*word, words, "they are one of "));
    return word == "random" ? Rate::Arrivals::random : Rate::Arrivals::even;
  }

  /// `transfer`, `{transfer: 3, audit: 1}`, or a list of steps.
  void read_run(const yaml::Node& node, SessionGroup& group) {
    if (node.is_scalar()) return run_one(node, 1, group);
    if (node.is_list()) return run_inline(node, group);
    if (!node.is_map() || node.entries.empty())
      return reader_.problem(node, "`run` names a transaction",
                             "write `run: transfer` or `run: {transfer: 3, audit: 1}`");
    double sum = 0;
    for (const auto& [name, weight] : node.entries) {
      const double share = number(reader_, *weight, fmt::format("the weight of `{}`", name->text)).value_or(1);
      if (share < 0) reader_.problem(*weight, fmt::format("a weight is 0 or more, but this is {}", weight->text));
      run_one(*name, share, group);
      sum += share;
    }
    if (sum <= 0) reader_.problem(node, "no transaction has a weight above 0", "write `run: {transfer: 3, audit: 1}`");
  }

  void run_one(const yaml::Node& name, double weight, SessionGroup& group) {
    group.run.emplace_back(name.text, weight);
    std::vector<std::string> names;
    for (const auto& type : storm_.transactions) names.push_back(type.name);
    if (std::find(names.begin(), names.end(), name.text) != names.end()) return;
    reader_.problem(name, fmt::format("no transaction is named `{}`", name.text),
                    names.empty() ? "declare it under `transactions`" : suggestion(name.text, names, "there are "));
  }

  void run_inline(const yaml::Node& steps, SessionGroup& group) {
    std::vector<std::string> declared;
    TransactionType type;
    type.name = group.name.empty() ? fmt::format("group {}", storm_.groups.size() + 1) : group.name;
    type.where = reader_.where(steps);
    type.steps = transaction_steps(reader_, steps, declared);
    group.run.emplace_back(type.name, 1);
    const auto same = [&](const TransactionType& other) { return other.name == type.name; };
    if (std::any_of(storm_.transactions.begin(), storm_.transactions.end(), same))
      reader_.problem(steps, fmt::format("a transaction is already named `{}`", type.name),
                      "give the group another `name`");
    storm_.transactions.push_back(std::move(type));
  }

  const TransactionType* find(const std::string& name) const {
    for (const auto& type : storm_.transactions)
      if (type.name == name) return &type;
    return nullptr;
  }

  /// Without BEGIN there is no place for a transaction's own isolation level but its session.
  void check_autocommit(const SessionGroup& group) {
    const TransactionType* first = group.run.empty() ? nullptr : find(group.run.front().first);
    if (!first) return;
    bool autocommit = false, differ = false;
    for (const auto& [name, weight] : group.run) {
      const auto* type = find(name);
      if (!type) return;
      autocommit = autocommit || type->autocommit;
      differ = differ || type->isolation != first->isolation;
    }
    if (autocommit && differ)
      reader_.problem(group.where, "this group mixes isolation levels with autocommit, which has only its session's",
                      "give all transactions of this group one isolation level, or make two groups");
  }

  /// A group without a name is called by what it runs; alike names get a number.
  void name_groups() {
    std::vector<std::string> taken;
    for (auto& group : storm_.groups) {
      std::string name = group.name;
      if (name.empty()) name = group.run.size() == 1 ? group.run.front().first : "mixed";
      std::string unique = name;
      for (int number = 2; std::find(taken.begin(), taken.end(), unique) != taken.end(); ++number)
        unique = fmt::format("{}.{}", name, number);
      if (!group.name.empty() && unique != name)
        reader_.problem(group.where, fmt::format("two session groups are named `{}`", name), "name them differently");
      group.name = unique;
      taken.push_back(unique);
    }
  }

  Reader& reader_;
  Storm storm_;
};

}  // namespace

Storm storm(Reader& reader, const yaml::Node* transactions, const yaml::Node& sessions) {
  return StormReader(reader).read(transactions, sessions);
}

}  // namespace gridlock::read
