#include "cli/merged.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "analyzer/analyzer.h"
#include "workloads/runner/merge.h"

namespace gridlock {
namespace {

using Key = std::tuple<std::string, std::string, std::uint64_t, std::string>;

Key key_of(const RunSummary& summary) { return {summary.engine, summary.workload, summary.seed, summary.isolation}; }

/// A run of the whole in the making.
struct Whole {
  Run run;
  std::map<std::string, std::uint64_t> patterns;
  std::set<std::uint32_t> parts;  ///< that are in it; empty: it is no storm of parts
};

class Joiner {
 public:
  std::string problem;

  void add(Run run, std::map<std::string, std::uint64_t> patterns) {
    const auto shard = run.summary.shard;
    if (shard && shard->part == 0) return;  // it played nobody
    Whole* whole = shard ? find(run.summary) : nullptr;
    if (!whole) {
      wholes_.push_back({std::move(run), std::move(patterns), {}});
      if (shard) wholes_.back().parts.insert(shard->part);
      return;
    }
    if (!whole->parts.insert(shard->part).second) {
      problem = fmt::format("part {} of {} of {} stands twice", shard->part, shard->of, run.summary.workload);
      return;
    }
    for (const auto& [pattern, count] : patterns) whole->patterns[pattern] += count;
    merge_into(whole->run, std::move(run));
  }

  void finish(Report& report) {
    for (Whole& whole : wholes_) {
      if (!whole.parts.empty()) finish_parts(whole);
      report.runs.push_back(std::move(whole.run));
      report.patterns.push_back(std::move(whole.patterns));
    }
  }

 private:
  Whole* find(const RunSummary& summary) {
    for (Whole& whole : wholes_)
      if (!whole.parts.empty() && key_of(whole.run.summary) == key_of(summary) &&
          whole.run.summary.shard->of == summary.shard->of)
        return &whole;
    return nullptr;
  }

  static void finish_parts(Whole& whole) {
    RunSummary& summary = whole.run.summary;
    const std::uint32_t of = summary.shard->of;
    if (whole.parts.size() == of) {
      summary.shard.reset();
      return judge_counts(whole.run);
    }
    std::string missing;
    std::uint32_t told = 0;
    for (std::uint32_t part = 1; part <= of && told < 10; ++part)
      if (!whole.parts.contains(part)) missing += fmt::format("{}{}", told++ == 0 ? "" : ", ", part);
    summary.notes.push_back(fmt::format("{} of {} parts are missing ({}{}): these are not the figures of the whole",
                                        of - whole.parts.size(), of, missing,
                                        told < of - whole.parts.size() ? ", ..." : ""));
  }

  std::vector<Whole> wholes_;
};

bool is_same(const Report::Input& a, const Report::Input& b) {
  return !a.ledger && !b.ledger && a.file == b.file && a.engine == b.engine;
}

/// A log that two parts read is two inputs; the workload that all played is one.
void add_inputs(std::vector<Report::Input> inputs, Report& whole) {
  for (Report::Input& input : inputs) {
    const auto same = [&](const Report::Input& known) { return is_same(known, input); };
    if (std::none_of(whole.inputs.begin(), whole.inputs.end(), same)) whole.inputs.push_back(std::move(input));
  }
}

}  // namespace

MergedReport merged(std::vector<Report> parts) {
  MergedReport result;
  Report& whole = result.report;
  whole.command = parts.front().command;
  Joiner joiner;
  std::vector<Analysis> analyses;
  for (Report& part : parts) {
    if (part.command != whole.command)
      return {
          {},
          fmt::format("a report of gridlock {} and one of gridlock {} cannot be joined", whole.command, part.command)};
    add_inputs(std::move(part.inputs), whole);
    whole.story.merge(part.story);
    whole.stopped = whole.stopped || part.stopped;
    part.patterns.resize(part.runs.size());
    for (std::size_t i = 0; i < part.runs.size(); ++i) joiner.add(std::move(part.runs[i]), std::move(part.patterns[i]));
    analyses.push_back(std::move(part.analysis));
  }
  joiner.finish(whole);
  whole.analysis = merge(std::move(analyses));
  result.problem = joiner.problem;
  return result;
}

}  // namespace gridlock
