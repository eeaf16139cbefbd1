// What exploring and replaying say of themselves.
#include "cli/report/explored.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/report/headline.h"
#include "cli/report/sections.h"
#include "cli/report/words.h"

namespace gridlock::report {
namespace {

using explore::Anomaly;
using explore::Coverage;
using explore::Ended;

std::uint64_t found(const Report::Explored& explored, Anomaly what) {
  return static_cast<std::uint64_t>(std::count_if(explored.witnesses.begin(), explored.witnesses.end(),
                                                  [&](const auto& one) { return one.what == what; }));
}

std::string orders(const Coverage& coverage) {
  return counted(coverage.schedules, coverage.exhaustive() ? "order that matters" : "order");
}

std::string many_orders(const Coverage& coverage) {
  if (coverage.states && coverage.schedules == 0) return "any order";
  if (!coverage.exhaustive()) return counted(coverage.schedules, "order");
  return coverage.schedules == 1 ? "the one order that matters"
                                 : fmt::format("all {} orders that matter", thousands(coverage.schedules));
}

struct Noun {
  Anomaly what;
  std::string_view noun;
};
constexpr std::array nouns{Noun{Anomaly::deadlock, "deadlock"}, Noun{Anomaly::stall, "stall"},
                           Noun{Anomaly::lock_timeout, "lock timeout"}, Noun{Anomaly::invariant, "broken invariant"}};

}  // namespace

std::string explored_headline(const Report& report) {
  const Report::Explored& explored = *report.explored;
  std::vector<std::string> parts;
  std::uint64_t all = 0;
  for (const Noun& kind : nouns) {
    const std::uint64_t count = found(explored, kind.what);
    if (count > 0) parts.push_back(counted(count, kind.noun));
    all += count;
  }
  const Coverage& coverage = explored.coverage;
  if (parts.empty() && coverage.exhaustive())
    return fmt::format("No deadlock can be reached: none in {}", many_orders(coverage));
  if (parts.empty())
    return fmt::format("No deadlock found in {}, which {} not all that there {}", orders(coverage),
                       coverage.schedules == 1 ? "is" : "are", coverage.schedules == 1 ? "is" : "are");
  return fmt::format("{} can be reached, {} shape{} in {}", listed(parts), all == 1 ? "one" : thousands(all),
                     all == 1 ? "" : "s", many_orders(coverage));
}

std::vector<std::string> coverage_in_words(const Report::Explored& explored) {
  const Coverage& c = explored.coverage;
  std::vector<std::string> out;
  switch (c.ended) {
    case Ended::exhausted:
      if (c.chance)
        out.push_back(
            fmt::format("{} by chance (PCT). A bug that needs {} in a certain order was found with a probability of at "
                        "least {:.2f}%.",
                        counted(c.schedules, "order"), counted(c.chance->depth, "turn"), 100 * c.chance_of_finding));
      else if (c.schedules > 0)
        out.push_back(
            fmt::format("Exhaustive: {} played to the end; every other order of the same statements differs "
                        "from one of them only in turns that commute.",
                        counted(c.schedules, "order")));
      break;
    case Ended::schedules: out.push_back("Not exhaustive: --max-schedules ended it."); break;
    case Ended::time: out.push_back("Not exhaustive: --time-limit ended it."); break;
    case Ended::stopped: out.push_back("Not exhaustive: a signal ended it."); break;
  }
  if (c.states)
    out.push_back(
        fmt::format("{}The transactions do nothing but lock rows exclusively, so their deadlocks were told without "
                    "playing the orders: "
                    "{} of how far each session came looked at, {} in which nobody can go on.",
                    c.exhaustive() ? "Exhaustive. " : "", counted(c.states->visited, "choice"),
                    counted(c.states->deadlocks, "state")));
  out.push_back(fmt::format("{} played, the longest order has {}; {} met.", counted(c.turns, "statement"),
                            thousands(c.depth), counted(c.deadlocks, "deadlock")));
  if (c.storm)
    out.push_back(
        fmt::format("Of the storm, {} of {} at a time, one transaction each, with up to {} of each parameter{}.",
                    counted(c.plans, "cast"), counted(c.sessions, "session"), counted(c.values, "value"),
                    c.plans_done < c.plans && !c.chance ? fmt::format(" ({} done)", thousands(c.plans_done)) : ""));
  if (c.values_chosen)
    out.push_back("Parameters have more values than were taken: neighbouring ones were, so that sessions meet.");
  if (c.loops_cut) out.push_back("Loops turn more often than was played.");
  if (c.casts_cut) out.push_back("Not exhaustive: there are more casts than were played.");
  if (!c.commuting_known) out.push_back("This engine does not say which statements commute: every order was played.");
  if (!c.chance && c.ended == Ended::exhausted)
    out.push_back(
        "A statement is one turn: what may happen while two statements run at the same moment is not covered.");
  return out;
}

std::string replayed_headline(const Report& report) {
  using Came = Report::Replayed::Came;
  const Report::Replayed& replayed = *report.replayed;
  switch (replayed.came) {
    case Came::nothing_expected:
      return deadlocks_found(report) > 0 ? "The schedule deadlocks" : "The schedule does not deadlock";
    case Came::as_expected: return fmt::format("The same {} came", replayed.expected);
    case Came::same_ring: return "The same steps deadlock, by other locks than when the schedule was made";
    case Came::other_deadlock: return "Another deadlock came than the schedule expects";
    case Came::no_deadlock: return "The deadlock did not come";
    case Came::otherwise: return fmt::format("The schedule expects {}, and that did not come", replayed.expected);
  }
  return "";
}

std::string divergence_in_words(const explore::Divergence& diverged) {
  if (diverged.got.empty())
    return fmt::format("It departs from the schedule at event {}: expected `{}`, and nothing more happened.",
                       diverged.at + 1, diverged.expected);
  if (diverged.expected.empty())
    return fmt::format("It departs from the schedule after its last event: `{}` happened as well.", diverged.got);
  return fmt::format("It departs from the schedule at event {}: expected `{}`, got `{}`.", diverged.at + 1,
                     diverged.expected, diverged.got);
}

}  // namespace gridlock::report
