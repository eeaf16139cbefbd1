// `gridlock compare`: whole outputs against their golden files. UPDATE_GOLDEN=1 rewrites them; `git diff` reviews.
#include <gtest/gtest.h>

#include <string>

#include "binary.h"
#include "golden.h"

namespace gridlock {
namespace {

using golden::check;
using golden::shell;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string rc_and_rr = " --isolation rc --isolation rr ";

TEST(Compare, AStoryStepByStep) {
  const auto ended = shell("gridlock compare examples/phantom-range.yaml" + rc_and_rr);
  check("compare/phantom-range.expected", ended.out);
  check("compare/phantom-range-40.expected",
        shell("gridlock compare --width 40 examples/phantom-range.yaml" + rc_and_rr).out);
  check("compare/phantom-range.md.expected",
        shell("gridlock compare --format markdown examples/phantom-range.yaml" + rc_and_rr).out);
  check("compare/phantom-range.json.expected",
        shell("gridlock compare --format json examples/phantom-range.yaml" + rc_and_rr).out);
}

TEST(Compare, ADeadlockOnOneOfThem) {
  const auto ended = shell("gridlock compare examples/missing-row-then-insert.yaml" + rc_and_rr);
  check("compare/missing-row-then-insert.expected", ended.out);
  EXPECT_EQ(ended.exit_code, 1);
}

TEST(Compare, AStormsFigures) {
  const auto ended = shell(
      "gridlock compare examples/transfers.yaml --isolation ru --isolation rc --isolation rr "
      "--isolation serializable");
  check("compare/transfers.expected", ended.out);
}

TEST(Compare, TheSameTwice) {
  const auto ended =
      shell("gridlock compare examples/opposite-order.yaml --engine reference:innodb --engine reference:innodb");
  EXPECT_TRUE(contains(ended.out, "2 runs compared: the same, step by step.")) << ended.out;
}

TEST(Compare, NeedsTwo) {
  const auto ended = shell("gridlock compare examples/opposite-order.yaml --isolation rc");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_TRUE(contains(ended.err, "there is nothing to compare with")) << ended.err;
}

TEST(Compare, TheSameAgainIsTheSameCommand) {
  const auto ended = shell("gridlock compare examples/opposite-order.yaml" + rc_and_rr);
  EXPECT_TRUE(contains(ended.out,
                       "gridlock compare examples/opposite-order.yaml --isolation 'read committed' "
                       "--isolation 'repeatable read' --seed 1"))
      << ended.out;
}

TEST(Merge, AReportAloneIsItself) {
  const auto ended = shell(
      "gridlock run examples/transfers.yaml --fail-on never --format json -o $TMP_FOLDER/a.json; "
      "gridlock merge --fail-on never --format json $TMP_FOLDER/a.json | diff - $TMP_FOLDER/a.json");
  EXPECT_EQ(ended.out, "") << ended.err;
}

TEST(Merge, AnAnalyzeReportAloneIsItself) {
  const auto ended = shell(
      "gridlock analyze examples/logs/* --fail-on never --format json -o $TMP_FOLDER/a.json; "
      "gridlock merge --fail-on never --format json $TMP_FOLDER/a.json | diff - $TMP_FOLDER/a.json");
  EXPECT_EQ(ended.out, "") << ended.err;
}

TEST(Merge, LogsReadApartAreAsReadTogether) {
  const auto ended = shell(
      "cd $TMP_FOLDER; L=$OLDPWD/tests/fidelity/logs; n=0; for f in $(find $L -type f -name '*.log' | sort | head "
      "-12); do "
      "n=$((n + 1)); gridlock analyze $f --fail-on never --allow-partial --format json -o part-$(printf %02d $n).json; "
      "done; "
      "gridlock analyze $(find $L -type f -name '*.log' | sort | head -12) --fail-on never --allow-partial --format "
      "json -o "
      "whole.json; gridlock merge --fail-on never --allow-partial --format json part-*.json | diff - whole.json");
  EXPECT_EQ(ended.out, "") << ended.err;
}

TEST(Merge, TracesJoinedAreAnalyzed) {
  const auto ended = shell(
      "for i in 1 2 3; do gridlock run examples/transfers.yaml --shard $i/3 --fail-on never --quiet --trace "
      "$TMP_FOLDER/$i.jsonl --format json -o $TMP_FOLDER/$i.json; done; gridlock merge $TMP_FOLDER/*.jsonl --trace "
      "$TMP_FOLDER/whole --fail-on never --format json >$TMP_FOLDER/merged; gridlock analyze $TMP_FOLDER/whole "
      "--fail-on "
      "never --format json >$TMP_FOLDER/analyzed; grep '\"fingerprint\"\\|\"count\"' $TMP_FOLDER/merged "
      ">$TMP_FOLDER/x; "
      "grep '\"fingerprint\"\\|\"count\"' $TMP_FOLDER/analyzed | diff - $TMP_FOLDER/x && wc -l <$TMP_FOLDER/whole");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  EXPECT_GT(std::stoi("0" + ended.out), 100) << ended.out;
}

TEST(Merge, WhatIsNoReportIsRefused) {
  const auto ended = shell(
      "echo '{}' >$TMP_FOLDER/a; echo '{\"schema\": \"gridlock-report/1\"' >$TMP_FOLDER/b; "
      "gridlock merge $TMP_FOLDER/a $TMP_FOLDER/b README.md no/such.json");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_TRUE(contains(ended.err, "/a: it is neither a JSON report nor a trace of gridlock")) << ended.err;
  EXPECT_TRUE(contains(ended.err, "/b: it is no whole JSON report")) << ended.err;
  EXPECT_TRUE(contains(ended.err, "README.md: it is neither")) << ended.err;
  EXPECT_TRUE(contains(ended.err, "cannot read no/such.json")) << ended.err;
}

TEST(Shard, AStoryIsPlayedWhole) {
  const auto ended = shell("gridlock run --shard 1/2 examples/opposite-order.yaml");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_TRUE(contains(ended.err, "a story is played whole")) << ended.err;
  EXPECT_TRUE(contains(shell("gridlock run --shard 3/2 examples/transfers.yaml").err, "--shard '3/2' is no part"));
}

}  // namespace
}  // namespace gridlock
