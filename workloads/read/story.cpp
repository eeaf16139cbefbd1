// The story form: named sessions, their named steps, and the orders to play.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "workloads/read/scalars.h"
#include "workloads/read/sections.h"
#include "workloads/read/steps.h"

namespace gridlock::read {
namespace {

StorySession session(Reader& reader, const yaml::Node& name, const yaml::Node& body) {
  StorySession result;
  result.name = name.text;
  result.where = reader.where(name);
  if (body.is_list()) {
    result.steps = story_steps(reader, body);
    return result;
  }
  Fields fields(reader, body, fmt::format("the session `{}`", name.text));
  if (const auto* level = fields.find("isolation")) result.isolation = isolation(reader, *level);
  if (const auto* own = fields.find("settings")) flat_settings(reader, *own, result.settings, result.settings_where);
  if (const auto* steps = fields.require("steps", "write `- a1: BEGIN`, one step a line"))
    result.steps = story_steps(reader, *steps);
  fields.done();
  return result;
}

void check_step_names(Reader& reader, const Story& story) {
  std::map<std::string, Where> seen;
  for (const auto& session : story.sessions)
    for (const auto& step : session.steps) {
      const auto [first, is_new] = seen.emplace(step.name, step.where);
      if (!is_new)
        reader.problem(step.where, fmt::format("the step name `{}` stands twice in the story", step.name),
                       fmt::format("the first one is on line {}; orders need different names", first->second.line));
    }
}

/// One order against the story: no step twice, each session's in its own order and without gaps.
class OrderReader {
 public:
  OrderReader(Reader& reader, const Story& story) : reader_(reader), story_(story), names_(step_names(story)) {
    for (std::size_t s = 0; s < story.sessions.size(); ++s)
      for (std::size_t i = 0; i < story.sessions[s].steps.size(); ++i)
        places_.emplace(story.sessions[s].steps[i].name, Place{s, i});
  }

  std::vector<std::string> read(const yaml::Node& node) {
    std::vector<std::string> order;
    if (!node.is_list() || node.items.empty()) {
      reader_.problem(node, node.is_list() ? "this order is empty" : "an order is a list of step names",
                      "write `- [a1, b1, a2, b2]`");
      return order;
    }
    std::map<std::string, const yaml::Node*> seen;
    next_.assign(story_.sessions.size(), 0);
    for (const auto& item : node.items)
      if (auto name = known(*item); !name.empty()) {
        if (!seen.emplace(name, item.get()).second)
          reader_.problem(*item, fmt::format("the step `{}` stands twice in this order", name),
                          "every step is played once");
        else
          in_turn(*item, name);
        order.push_back(std::move(name));
      }
    report_missing(node, seen);
    return order;
  }

 private:
  struct Place {
    std::size_t session, step;
  };

  /// The step's name; empty after a problem.
  std::string known(const yaml::Node& item) {
    const auto name = text(reader_, item, "a step name");
    if (!name || places_.count(*name)) return name.value_or("");
    reader_.problem(item, fmt::format("no step is named `{}`", *name), suggestion(*name, names_, "the steps are "));
    return "";
  }

  /// A session's steps keep their order; told once for each step that comes too late.
  void in_turn(const yaml::Node& item, const std::string& name) {
    const auto [session, place] = places_.at(name);
    const auto& steps = story_.sessions[session].steps;
    if (place < next_[session])
      reader_.problem(
          item, fmt::format("`{}` comes after a later step of its session `{}`", name, story_.sessions[session].name),
          fmt::format("the session plays `{}` before `{}`", name, steps[next_[session] - 1].name));
    next_[session] = std::max(next_[session], place + 1);
  }

  /// An order may end before a session does, but it may not pass over a step.
  void report_missing(const yaml::Node& node, const std::map<std::string, const yaml::Node*>& seen) {
    std::vector<std::string> missing;
    for (std::size_t s = 0; s < story_.sessions.size(); ++s)
      for (std::size_t i = 0; i < next_[s]; ++i)
        if (const auto& name = story_.sessions[s].steps[i].name; !seen.count(name)) missing.push_back(name);
    if (!missing.empty())
      reader_.problem(node, fmt::format("this order passes over {}", quoted_list(missing)),
                      "only the last steps of a session may be left out");
  }

  Reader& reader_;
  const Story& story_;
  std::vector<std::string> names_;
  std::map<std::string, Place> places_;
  std::vector<std::size_t> next_;  ///< by session: the place of the first step not yet passed
};

void read_orders(Reader& reader, const yaml::Node& node, Story& story) {
  if (!node.is_list() || node.items.empty())
    return reader.problem(node, "`orders` is a list of orders", "write `- [a1, b1, a2, b2]`, or leave `orders` out");
  OrderReader orders(reader, story);
  const auto is_name = [](const yaml::NodePtr& item) { return item->is_scalar(); };
  if (std::all_of(node.items.begin(), node.items.end(), is_name))
    return reader.problem(node, "`orders` is a list of orders, but this is a single one",
                          "put it into a list: `- [a1, b1, a2, b2]`");
  for (const auto& item : node.items) story.orders.push_back(orders.read(*item));
}

}  // namespace

std::vector<std::string> step_names(const Story& story) {
  std::vector<std::string> names;
  for (const auto& session : story.sessions)
    for (const auto& step : session.steps) names.push_back(step.name);
  return names;
}

Story story(Reader& reader, const yaml::Node& sessions, const yaml::Node* orders) {
  Story result;
  if (sessions.entries.empty()) reader.problem(sessions, "`sessions` is empty", "write `alice: {steps: [...]}`");
  for (const auto& [name, body] : sessions.entries) result.sessions.push_back(session(reader, *name, *body));
  check_step_names(reader, result);
  if (orders) read_orders(reader, *orders, result);
  if (result.orders.empty()) result.orders.push_back(step_names(result));
  return result;
}

}  // namespace gridlock::read
