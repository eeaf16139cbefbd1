// What a command ends with, by what it found.
#include "cli/exit_code.h"

#include <gtest/gtest.h>

namespace gridlock {
namespace {

Report run_with(std::uint64_t deadlocks, std::uint64_t lock_timeouts = 0, double longest_wait_ms = 0) {
  Report report;
  report.command = "run";
  report.runs.emplace_back();
  report.runs[0].summary.deadlocks = deadlocks;
  report.runs[0].summary.lock_timeouts = lock_timeouts;
  report.runs[0].summary.waits.max_ms = longest_wait_ms;
  return report;
}

Report with_check(Report report, bool holds) {
  report.runs[0].checks.push_back({{}, "deadlocks", "1", "1", holds});
  return report;
}

Report log_with(std::uint64_t markers, std::uint64_t understood, std::uint64_t partly,
                const char* format = "innodb-status") {
  Report report;
  report.command = "analyze";
  report.inputs.emplace_back();
  Ledger ledger;
  ledger.markers = markers;
  ledger.understood = understood;
  ledger.partly = partly;
  ledger.not_understood = markers - understood - partly;
  ledger.format = format;
  report.inputs[0].ledger = ledger;
  for (std::uint64_t i = 0; i < understood + partly; ++i) report.analysis.deadlocks.emplace_back();
  return report;
}

FailOn fail_on(const char* words) {
  const ReadFailOn read = read_fail_on(words);
  EXPECT_EQ(read.problem, "");
  return read.fail_on;
}

Judging judging(const char* words) { return {fail_on(words), false, false}; }

TEST(ExitCode, ARunByItsDeadlocks) {
  EXPECT_EQ(exit_code(run_with(0), {}), 0);
  EXPECT_EQ(exit_code(run_with(3), {}), 1);
  EXPECT_EQ(exit_code(run_with(0, 2, 9000), {}), 0);
}

TEST(ExitCode, TheWorkloadsExpectationsJudge) {
  const Judging workload_judges{{}, false, true};
  EXPECT_EQ(exit_code(with_check(run_with(1), true), workload_judges), 0);
  EXPECT_EQ(exit_code(with_check(run_with(1), false), workload_judges), 1);
  EXPECT_EQ(exit_code(with_check(run_with(0), false), {}), 1);
  // An invariant that holds does not excuse a deadlock.
  EXPECT_EQ(exit_code(with_check(run_with(1), true), {}), 1);
}

TEST(ExitCode, FailOnChooses) {
  EXPECT_EQ(exit_code(run_with(3), judging("never")), 0);
  EXPECT_EQ(exit_code(with_check(run_with(3), false), judging("never")), 0);
  EXPECT_EQ(exit_code(run_with(3), judging("lock-timeout")), 0);
  EXPECT_EQ(exit_code(run_with(0, 1), judging("lock-timeout")), 1);
  EXPECT_EQ(exit_code(run_with(0, 0, 501), judging("wait>500ms")), 1);
  EXPECT_EQ(exit_code(run_with(0, 0, 500), judging("wait>500ms")), 0);
  EXPECT_EQ(exit_code(with_check(run_with(0), false), judging("deadlock")), 1);
  // Chosen on the command line, a deadlock counts whatever the workload expects.
  EXPECT_EQ(exit_code(with_check(run_with(1), true), {fail_on("deadlock"), false, true}), 1);
}

TEST(ExitCode, ALogByWhatWasUnderstood) {
  EXPECT_EQ(exit_code(log_with(0, 0, 0), {}), 0);
  EXPECT_EQ(exit_code(log_with(2, 2, 0), {}), 1);
  EXPECT_EQ(exit_code(log_with(2, 1, 1), {}), 1);
  EXPECT_EQ(exit_code(log_with(2, 1, 0), {}), 4);
  EXPECT_EQ(exit_code(log_with(0, 0, 0, ""), {}), 4);
}

TEST(ExitCode, AllowPartial) {
  const Judging partial{{}, true, false};
  EXPECT_EQ(exit_code(log_with(2, 1, 0), partial), 1);
  EXPECT_EQ(exit_code(log_with(0, 0, 0, ""), partial), 0);
  // Nothing understood is not excused by `never`, only by --allow-partial.
  EXPECT_EQ(exit_code(log_with(2, 1, 0), judging("never")), 4);
}

TEST(ExitCode, WrongInputOutranksAll) {
  Report report = run_with(3);
  report.inputs.emplace_back();
  report.inputs[0].problems.push_back({{"a.yaml", 1, 1}, "wrong", ""});
  EXPECT_EQ(exit_code(report, {}), 2);
  Report engine = run_with(0);
  engine.runs[0].problems.push_back({{}, "cannot play this", ""});
  EXPECT_EQ(exit_code(engine, judging("never")), 2);
}

}  // namespace
}  // namespace gridlock
