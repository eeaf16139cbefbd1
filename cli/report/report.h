#pragma once
/// What a command found, ready to be put into words. Each output format is one function of one file of this folder.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/analyzer.h"
#include "workloads/explore/explore.h"
#include "workloads/explore/schedule.h"
#include "workloads/runner/runner.h"

namespace gridlock {

struct Report {
  std::string command;  ///< "run", "compare", "analyze", "check"
  struct Input {
    std::string file, engine;  ///< one of them
    std::string format, version;
    Problems problems;
    std::optional<Ledger> ledger;  ///< of a log
  };
  std::vector<Input> inputs;
  std::vector<Run> runs;
  std::vector<std::map<std::string, std::uint64_t>> patterns;  ///< deadlocks of each run, by pattern
  Analysis analysis;
  /// A story's steps by name: whose, and what. Needed for those that were never sent.
  struct StoryStep {
    std::string session, sql;
  };
  std::map<std::string, StoryStep> story;
  /// explore: what was looked at, and what was found in it. The witnesses' orders are those of the run, in this order.
  struct Explored {
    explore::Coverage coverage;
    struct Witness {
      explore::Anomaly what = explore::Anomaly::deadlock;
      std::string detail, fingerprint, token, file;  ///< `file`: the schedule written, empty when none was
      std::uint64_t count = 0;
      std::vector<std::string> order;
    };
    std::vector<Witness> witnesses;
  };
  std::optional<Explored> explored;
  /// replay: whether what the schedule expects came.
  struct Replayed {
    enum class Came : std::uint8_t {
      nothing_expected,
      as_expected,  ///< the same, to the fingerprint
      same_ring,    ///< the same steps wait for each other; the engine locks in other modes
      other_deadlock,
      no_deadlock,
      otherwise,  ///< not a deadlock, and something else than was expected
    } came = Came::nothing_expected;
    std::string expected;                         ///< `deadlock`, ...
    std::optional<explore::Divergence> diverged;  ///< where, first
  };
  std::optional<Replayed> replayed;
  /// predict: rings of lock orders, and what became of each when a schedule was looked for.
  struct Predicted {
    std::size_t transactions = 0, classes = 0, edges = 0, guarded = 0;
    struct Potential {
      enum class Proof : std::uint8_t { confirmed, refuted, unconfirmed } proof = Proof::unconfirmed;
      struct Party {
        std::string transaction, holds, held_by, wants, wanted_by;  ///< lock classes, and the statements
      };
      std::vector<Party> parties;
      std::string fingerprint, file;  ///< of the deadlock that confirms it; its schedule
      std::vector<std::string> order;
    };
    std::vector<Potential> potential;
  };
  std::optional<Predicted> predicted;
  std::string again;     ///< the command that plays the same again; empty when there is none
  bool stopped = false;  ///< a signal ended the command: this is the report so far
  int exit_code = 0;     ///< what the command ends with
};

struct Style {
  bool colour = false;
  int width = 80;
  bool verbose = false;
};

std::string to_text(const Report& report, const Style& style);
std::string to_json(const Report& report);        ///< the contract's version 1
std::string to_json_lines(const Report& report);  ///< the trace (run), or a deadlock per line (analyze)
std::string to_markdown(const Report& report);
std::string to_sarif(const Report& report);   ///< SARIF 2.1.0: a result per shape of deadlock
std::string to_junit(const Report& report);   ///< JUnit XML: a failed test case per shape of deadlock
std::string to_github(const Report& report);  ///< workflow commands of GitHub Actions, within their limits
std::string to_gitlab(const Report& report);  ///< GitLab's code quality report

/// Problems as a compiler prints them: `file:line:column: error: message`, the line itself with a caret under the
/// place, and the hint. `source` is the text that the places point into; empty when there is none to show.
std::string to_text(const Problems& problems, std::string_view source, const Style& style);

}  // namespace gridlock
