#pragma once
/// What a command found, ready to be put into words. Each output format is one function of one file of this folder.
#include <optional>
#include <string>
#include <vector>

#include "analyzer/analyzer.h"
#include "workloads/runner/runner.h"

namespace gridlock {

struct Report {
  std::string command;  ///< "run", "analyze", ...
  struct Input {
    std::string file, engine;  ///< one of them
    std::string format, version;
    Problems problems;
    std::optional<Ledger> ledger;  ///< of a log
  };
  std::vector<Input> inputs;
  std::vector<Run> runs;
  Analysis analysis;
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

}  // namespace gridlock
