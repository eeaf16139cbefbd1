// Every format of the report against its golden file. UPDATE_GOLDEN=1 rewrites them; `git diff` reviews.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "golden.h"
#include "report_samples.h"

namespace gridlock {
namespace {

using golden::check;

std::string text(const Report& report, int width = 80, bool colour = false, bool verbose = false) {
  return to_text(report, {colour, width, verbose});
}

TEST(TextReport, TwoWayStory) { check("reports/two-way-story.expected", text(samples::opposite_order_story())); }
TEST(TextReport, TwoWayStoryNarrow) {
  check("reports/two-way-story-60.expected", text(samples::opposite_order_story(), 60));
}
TEST(TextReport, TwoWayStoryVeryNarrow) {
  check("reports/two-way-story-40.expected", text(samples::opposite_order_story(), 40));
}
TEST(TextReport, TwoWayStoryWide) {
  check("reports/two-way-story-200.expected", text(samples::opposite_order_story(), 200));
}
TEST(TextReport, TwoWayStoryInColour) {
  check("reports/two-way-story-colour.expected", text(samples::opposite_order_story(), 80, true));
}
TEST(TextReport, TwoWayStorm) { check("reports/two-way-storm.expected", text(samples::transfers_storm())); }
TEST(TextReport, ThreeWayRing) { check("reports/three-way-ring.expected", text(samples::three_way_ring())); }
TEST(TextReport, ThreeWayRingWide) {
  check("reports/three-way-ring-200.expected", text(samples::three_way_ring(), 200));
}
TEST(TextReport, ManyDeadlocks) { check("reports/many-deadlocks.expected", text(samples::many_deadlocks())); }
TEST(TextReport, NothingFound) { check("reports/nothing-found.expected", text(samples::nothing_found())); }
TEST(TextReport, FailedExpectations) {
  check("reports/failed-expectations.expected", text(samples::failed_expectations()));
}
TEST(TextReport, StoryWithLocks) { check("reports/story-with-locks.expected", text(samples::story_with_locks())); }
TEST(TextReport, ManyOrders) { check("reports/many-orders.expected", text(samples::many_orders())); }
TEST(TextReport, SkippedSteps) { check("reports/skipped-steps.expected", text(samples::skipped_steps())); }
TEST(TextReport, StatusText) { check("reports/status-text.expected", text(samples::status_text())); }
TEST(TextReport, PartialLogs) { check("reports/partial-logs.expected", text(samples::partial_logs())); }
TEST(TextReport, ForeignWords) { check("reports/foreign-words.expected", text(samples::foreign_words())); }

TEST(TextReport, VerboseShowsEveryKind) {
  const std::string all = text(samples::many_deadlocks(), 80, false, true);
  EXPECT_NE(all.find("Deadlock 8 of 8"), std::string::npos);
  EXPECT_EQ(all.find("--verbose"), std::string::npos);
}

TEST(TextReport, NoLineIsWiderThanItsPage) {
  for (const int width : {60, 80, 100, 200}) {
    std::istringstream lines(text(samples::many_deadlocks(), width) + text(samples::three_way_ring(), width));
    std::string line;
    while (std::getline(lines, line)) {
      std::size_t columns = 0;
      for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
      EXPECT_LE(columns, static_cast<std::size_t>(width)) << line;
    }
  }
}

TEST(JsonReport, TwoWayStory) {
  check("reports/two-way-story.json.expected", to_json(samples::opposite_order_story()));
}
TEST(JsonReport, StoryWithLocks) {
  check("reports/story-with-locks.json.expected", to_json(samples::story_with_locks()));
}
TEST(JsonReport, PartialLogs) { check("reports/partial-logs.json.expected", to_json(samples::partial_logs())); }
TEST(JsonLinesReport, PartialLogs) {
  check("reports/partial-logs.jsonl.expected", to_json_lines(samples::partial_logs()));
}

TEST(GithubReport, WhatGithubWouldDropIsSaid) {
  Report report = samples::many_deadlocks();
  const auto one = report.analysis.deadlocks.front();
  for (int i = 0; i < 20; ++i) report.analysis.deadlocks.push_back(one);
  const std::string text = to_github(report);
  std::size_t errors = 0;
  for (std::size_t at = text.find("::error "); at != std::string::npos; at = text.find("::error ", at + 1)) ++errors;
  EXPECT_EQ(errors, 10U);
  EXPECT_NE(text.find("::notice title=gridlock::"), std::string::npos);
}
TEST(MarkdownReport, TwoWayStory) {
  check("reports/two-way-story.md.expected", to_markdown(samples::opposite_order_story()));
}
TEST(MarkdownReport, FailedExpectations) {
  check("reports/failed-expectations.md.expected", to_markdown(samples::failed_expectations()));
}
TEST(MarkdownReport, ForeignWords) {
  check("reports/foreign-words.md.expected", to_markdown(samples::foreign_words()));
}
TEST(MarkdownReport, PartialLogs) { check("reports/partial-logs.md.expected", to_markdown(samples::partial_logs())); }
TEST(MarkdownReport, FitsIntoAComment) { EXPECT_LT(to_markdown(samples::many_deadlocks()).size(), 65536U); }

}  // namespace
}  // namespace gridlock
