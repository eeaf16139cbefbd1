#pragma once
/// PostgreSQL's isolation-tester spec files, and how one becomes a story workload.
/// Source of the format: PostgreSQL 15 src/test/isolation/README, specparse.y, specscanner.l.
#include <string>
#include <string_view>
#include <vector>

#include "model/problem.h"

namespace gridlock {

struct IsolationSpec {
  struct Step {
    std::string name;
    std::string sql;  ///< may be several statements
  };
  struct Session {
    std::string name;
    std::string setup, teardown;
    std::vector<Step> steps;
  };
  /// What must have happened before the tester says that the step has ended.
  struct Marker {
    std::string step;     ///< the other step
    bool waits = false;   ///< `(*)`: is told as waiting first, always
    bool starts = false;  ///< of the other step only its start is needed: `(step notices n)` is read as this
  };
  struct PermutationStep {
    std::string step;
    std::vector<Marker> markers;
  };
  std::vector<std::string> setup;  ///< each sent by itself
  std::string teardown;
  std::vector<Session> sessions;
  std::vector<std::vector<PermutationStep>> permutations;  ///< as written; empty: every interleaving
};

struct ReadIsolationSpec {
  IsolationSpec spec;
  Problems problems;  ///< empty: the spec is good
};

ReadIsolationSpec read_isolation_spec(std::string_view text, const std::string& file);

/// Every interleaving of the sessions' steps, each session's in its order, as the tester goes through them.
std::vector<std::vector<std::string>> interleavings(const IsolationSpec& spec);

/// The story in YAML. A step with several statements becomes several steps (`s1a`, `s1a_2`, ...), a session's setup its
/// first steps. What a story cannot say (markers) is told in a comment.
std::string to_story(const IsolationSpec& spec, const std::string& name);

/// The statements of a script, split at the semicolons outside of quotes, dollar quotes and comments.
std::vector<std::string> split_statements(std::string_view sql);

}  // namespace gridlock
