// The command line as its users meet it: exit codes, where words go, files, pipes and signals.
#include <gtest/gtest.h>

#include <string>

#include "binary.h"

namespace gridlock {
namespace {

using golden::shell;

const std::string opposite = "examples/opposite-order.yaml";

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(CommandLine, Version) {
  const auto ended = shell("gridlock --version");
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_TRUE(ended.out.starts_with("gridlock ")) << ended.out;
  EXPECT_EQ(ended.err, "");
}

TEST(CommandLine, Help) {
  const auto ended = shell("gridlock --help && gridlock run --help && gridlock help analyze");
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_TRUE(contains(ended.out, "Exit codes:"));
  EXPECT_EQ(ended.err, "");
}

TEST(CommandLine, ASlipOfTheFingers) {
  const auto ended = shell("gridlock rnu " + opposite);
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err, "error: gridlock has no command 'rnu'\n  hint: did you mean gridlock run?\n");
}

TEST(CommandLine, TheReportGoesToStandardOutputAlone) {
  const auto ended = shell("gridlock run " + opposite);
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_TRUE(ended.out.starts_with("1 deadlock found: alice and bob wait for each other")) << ended.out;
  EXPECT_EQ(ended.err, "");
  EXPECT_FALSE(contains(ended.out, "\x1b")) << "a pipe gets no colour";
}

TEST(CommandLine, ColourWhenAsked) {
  EXPECT_TRUE(contains(shell("gridlock run --color always " + opposite).out, "\x1b[1;31m"));
  EXPECT_TRUE(contains(shell("NO_COLOR=1 gridlock run --color always " + opposite).out, "\x1b[1;31m"));
}

TEST(CommandLine, ATerminalGetsColourAndNoColorIsHonoured) {
  if (shell("command -v script").exit_code != 0) GTEST_SKIP() << "no script(1) here to make a terminal";
  const std::string terminal = "script -qec \"'" GRIDLOCK_BINARY "' run " + opposite + "\" /dev/null";
  EXPECT_TRUE(contains(shell(terminal).out, "\x1b[1;31m"));
  EXPECT_FALSE(contains(shell("NO_COLOR=1 " + terminal).out, "\x1b[1;31m"));
}

TEST(CommandLine, ExpectationsDecide) {
  EXPECT_EQ(shell("gridlock run examples/phantom-range.yaml").exit_code, 0);
  EXPECT_EQ(shell("sed 's/deadlocks: 0/deadlocks: 1/' examples/phantom-range.yaml | gridlock run -").exit_code, 1);
}

TEST(CommandLine, FailOn) {
  EXPECT_EQ(shell("gridlock run --fail-on never " + opposite).exit_code, 0);
  EXPECT_EQ(shell("gridlock run --fail-on lock-timeout " + opposite).exit_code, 0);
  EXPECT_EQ(shell("gridlock run --fail-on 'lock-timeout,wait>0ms' " + opposite).exit_code, 1);
}

TEST(CommandLine, AFileThatIsNotThere) {
  for (const std::string command : {"run", "check", "analyze"}) {
    const auto ended = shell("gridlock " + command + " no/such.file");
    EXPECT_EQ(ended.exit_code, 2) << command;
    EXPECT_EQ(ended.out, "") << command;
    EXPECT_EQ(ended.err, "error: cannot read no/such.file: No such file or directory\n") << command;
  }
}

TEST(CommandLine, MistakesInAWorkloadComeAllAtOnce) {
  const auto ended = shell("printf 'nmae: x\\nsessions: 5\\n' | gridlock run -");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_TRUE(contains(ended.err, "<stdin>:1:1: error: ")) << ended.err;
  EXPECT_TRUE(contains(ended.err, "    1 │ nmae: x\n      │ ^\n")) << ended.err;
  EXPECT_TRUE(contains(ended.err, "<stdin>:2:11: error: ")) << ended.err;
}

TEST(CommandLine, MistakesForPrograms) {
  const auto ended = shell("printf 'nmae: x\\n' | gridlock run --format json -");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_TRUE(contains(ended.out, "\"where\": \"<stdin>:1:1\"")) << ended.out;
  EXPECT_TRUE(contains(ended.out, "\"exit_code\": 2")) << ended.out;
}

TEST(CommandLine, CheckLooksAtAllFiles) {
  EXPECT_EQ(shell("gridlock check examples/*.yaml").exit_code, 0);
  const auto ended = shell("printf 'nmae: x\\n' | gridlock check " + opposite + " - no/such.yaml");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_TRUE(contains(ended.out, opposite + "\n    no mistake found")) << ended.out;
  EXPECT_TRUE(contains(ended.err, "<stdin>:1:1: error: "));
  EXPECT_TRUE(contains(ended.err, "error: cannot read no/such.yaml"));
}

TEST(CommandLine, WhatTheEngineCannotPlayIsSaidBeforeAnythingIsPlayed) {
  const std::string broken = "sed 's/a4: COMMIT/a4: VACUUM accounts/' " + opposite;
  const auto ended = shell(broken + " | gridlock run -");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_TRUE(contains(ended.err, "<stdin>:")) << ended.err;
  EXPECT_TRUE(contains(ended.err, "VACUUM")) << ended.err;
  EXPECT_TRUE(contains(ended.err, "Nothing was played: 1 mistake.")) << ended.err;
  EXPECT_EQ(shell(broken + " | gridlock check -").exit_code, 2);  // what run refuses, check refuses
  EXPECT_EQ(shell(broken + " | gridlock check --engine reference:innodb -").exit_code, 2);
  EXPECT_EQ(shell("gridlock check --engine reference:innodb examples/*.yaml").exit_code, 0);
}

TEST(CommandLine, AMistakeInSettingsHasItsPlace) {
  const auto ended = shell("sed 's/^sessions:/settings: {innodb_deadlock_detekt: off}\\nsessions:/' " + opposite +
                           " | gridlock check -");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_TRUE(contains(ended.err, ":12: error: the reference engine has no setting `innodb_deadlock_detekt`"))
      << ended.err;
}

TEST(CommandLine, ADeadlockThatNobodyReportsFailsTheExpectationToo) {
  const std::string undetected =
      "sed 's/^sessions:/settings: {innodb_deadlock_detect: off, innodb_lock_wait_timeout: 1}\\nsessions:/; "
      "/^expect:/,$d' " +
      opposite + " | { cat; echo 'expect: {deadlocks: 0}'; } | gridlock run -";
  const auto ended = shell(undetected);
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  EXPECT_TRUE(contains(ended.out, "deadlocks: expected 0, got 1")) << ended.out;
  EXPECT_TRUE(contains(ended.out, "and 1 that the engine reported to nobody")) << ended.out;
}

TEST(CommandLine, AnEngineThatDoesNotExist) {
  const auto ended = shell("gridlock run --engine reference:inodb " + opposite);
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_TRUE(contains(ended.err, "error: ")) << ended.err;
  EXPECT_TRUE(contains(ended.err, "reference:innodb")) << ended.err;
}

TEST(CommandLine, ReportsAreWrittenBesideTheFirst) {
  const auto ended = shell(
      "gridlock run --output $TMP_FOLDER/a.txt --report json=$TMP_FOLDER/a.json --report markdown=$TMP_FOLDER/a.md "
      "--trace $TMP_FOLDER/a.jsonl " +
      opposite + "; echo $?; head -c 20 $TMP_FOLDER/a.txt; echo; ls -A $TMP_FOLDER; gridlock analyze --format json " +
      "$TMP_FOLDER/a.jsonl >$TMP_FOLDER/b.json; echo $?");
  EXPECT_EQ(ended.out, "1\n1 deadlock found: al\na.json\na.jsonl\na.md\na.txt\nerr\nout\nscript\n1\n");
}

TEST(CommandLine, NothingRunsWhenTheReportCouldNotBeWritten) {
  const auto ended = shell("gridlock run --output no/such/dir/a.txt --report json=/ " + opposite);
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err,
            "error: cannot write no/such/dir/a.txt: there is no directory no/such/dir\n"
            "error: cannot write /: it is a directory\n");
}

TEST(CommandLine, AFullDiskIsSaid) {
  const auto ended = shell("gridlock run " + opposite + " >/dev/full");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.err, "error: cannot write the report: No space left on device\n");
}

TEST(CommandLine, AReaderThatHasGoneIsNothingWrong) {
  const auto ended =
      shell("set -o pipefail; gridlock run --format json examples/transfers.yaml | head -c 1; echo ${PIPESTATUS[0]}");
  EXPECT_EQ(ended.out, "{1\n");
  EXPECT_EQ(ended.err, "");
}

TEST(CommandLine, ALogThatIsNoLog) {
  const auto ended = shell("echo hello | gridlock analyze");
  EXPECT_EQ(ended.exit_code, 4);
  EXPECT_TRUE(contains(ended.err, "<stdin>: no known log format was recognised")) << ended.err;
  EXPECT_EQ(shell("echo hello | gridlock analyze --allow-partial").exit_code, 0);
  EXPECT_EQ(shell("gridlock analyze </dev/null").exit_code, 4);
}

TEST(CommandLine, TheSameSeedTheSameBytes) {
  const std::string run = "gridlock run --format json --seed 3 examples/transfers.yaml";
  EXPECT_EQ(shell(run).out, shell(run).out);
}

TEST(CommandLine, SignalsEndItCleanly) {
  // A workload that would run for hours: the signal comes after a moment, and the report so far is written.
  const std::string start =
      "sed 's/times: 200/times: 100000000/' examples/transfers.yaml >$TMP_FOLDER/w.yaml; "
      "'" GRIDLOCK_BINARY "' run $TMP_FOLDER/w.yaml & pid=$!; sleep 0.5; kill -";
  const auto interrupted = shell(start + "TERM $pid; wait $pid");
  EXPECT_EQ(interrupted.exit_code, 143);
  EXPECT_TRUE(interrupted.out.starts_with("Stopped by a signal")) << interrupted.out;
  EXPECT_TRUE(contains(interrupted.out, "The run on reference:innodb"));
}

}  // namespace
}  // namespace gridlock
