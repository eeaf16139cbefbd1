#pragma once
/// What a command found, ready to be put into words. Each output format is one function of one file of this folder.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/analyzer.h"
#include "workloads/runner/runner.h"

namespace gridlock {

struct Report {
  std::string command;  ///< "run", "analyze", "check"
  struct Input {
    std::string file, engine;  ///< one of them
    std::string format, version;
    Problems problems;
    std::optional<Ledger> ledger;  ///< of a log
  };
  std::vector<Input> inputs;
  std::vector<Run> runs;
  Analysis analysis;
  /// A story's steps by name: whose, and what. Needed for those that were never sent.
  struct StoryStep {
    std::string session, sql;
  };
  std::map<std::string, StoryStep> story;
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
