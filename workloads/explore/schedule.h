#pragma once
/// A schedule: the turns of a workload in one order, and what is to come of them. A file that people can read, made by
/// `explore`, by `run`, or by hand.
///
///     schedule: 1
///     workload: opposite-order.yaml      # a path from this file's folder, or the workload itself (a text of lines)
///     hash: 9c01f2aa                     # of the workload's text; another text is said, not played
///     order: [a1, b1, a2, b2, a3, b3]
///     expect:
///       outcome: deadlock
///       fingerprint: 8f1d6c2b9a3e4d57
///       between: [a3, b3]
///       events: [[a1, done], [b1, done], ...]
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workloads/explore/finding.h"
#include "workloads/runner/runner.h"

namespace gridlock::explore {

struct Schedule {
  std::string file;           ///< where it was read
  std::string workload_path;  ///< as written; empty: `workload_text` is it
  std::string workload_text;
  std::optional<std::uint32_t> hash;
  std::string engine;  ///< where it came true; empty when not known
  std::optional<std::uint64_t> seed;
  std::optional<sql::Isolation> isolation;
  std::vector<std::string> order;
  Where order_where;

  /// What is to come of it. Empty `outcome`: nothing is expected.
  struct Expected {
    std::optional<Anomaly> outcome;
    std::string fingerprint;           ///< of the deadlock
    std::vector<std::string> between;  ///< the steps that wait for each other
    std::vector<std::pair<std::string, Outcome>> events;
  } expect;
};

struct LoadedSchedule {
  std::optional<Schedule> schedule;  ///< set only when there are no problems
  Problems problems;
};

/// `file` names the text in problems; nothing is read from disk.
LoadedSchedule load_schedule(std::string_view yaml, const std::string& file);

/// The file's text. `remark`: a line for people at its top.
std::string to_yaml(const Schedule& schedule, const std::string& remark);

/// The plan's turns as a story of its own, parameters bound: a workload that needs no other file. Rows that `data:`
/// made are written as INSERTs.
std::string story_yaml(const Plan& plan, const Turns& turns, const std::string& dialect);

/// The turns that the order names. Problems: a step that is not there, stands twice, or before an earlier one of its
/// session.
struct FoundTurns {
  Turns turns;
  Problems problems;
};
FoundTurns turns_of(const Schedule& schedule, const Plan& plan);

/// Where what happened departs from what was expected; none when it does not.
struct Divergence {
  std::size_t at = 0;    ///< place in the expected events
  std::string expected;  ///< `a3 waits`; empty: nothing more was expected
  std::string got;       ///< empty: nothing more happened
};
std::optional<Divergence> divergence(const Schedule::Expected& expected, const PlayedOrder& played);

}  // namespace gridlock::explore
