// Command lines in, values or complaints out.
#include "cli/options.h"

#include <gtest/gtest.h>

#include <sstream>

namespace gridlock {
namespace {

/// Words as a shell splits them at blanks; `_` stands for a blank within a word.
ReadOptions read(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; in >> word;) {
    for (char& c : word)
      if (c == '_') c = ' ';
    words.push_back(word);
  }
  return read_options(words);
}

Options good(const std::string& line) {
  const ReadOptions options = read(line);
  for (const auto& problem : options.problems) ADD_FAILURE() << line << ": " << problem.message;
  return options.options;
}

/// All complaints as `message (hint)`, one per line.
std::string complaints(const std::string& line) {
  std::string out;
  for (const auto& problem : read(line).problems)
    out += (out.empty() ? "" : "\n") + problem.message + " (" + problem.hint + ")";
  return out;
}

TEST(Options, RunWithEverything) {
  const Options options = good(
      "run a.yaml --engine reference:innodb --engine reference:table --seed 18446744073709551615 --isolation "
      "Read_Committed --locks --trace t.jsonl -o out.txt --format markdown --report json=a.json --report text=b.txt "
      "--color never --width 120 -q -v");
  EXPECT_EQ(options.command, Command::run);
  EXPECT_EQ(options.files, std::vector<std::string>{"a.yaml"});
  EXPECT_EQ(options.engines, (std::vector<std::string>{"reference:innodb", "reference:table"}));
  EXPECT_EQ(options.seed, 18446744073709551615U);
  ASSERT_EQ(options.isolations.size(), 1U);
  EXPECT_EQ(options.isolations[0].level, sql::Isolation::read_committed);
  EXPECT_EQ(options.isolations[0].words, "read committed");
  EXPECT_TRUE(options.locks);
  EXPECT_EQ(options.trace, "t.jsonl");
  EXPECT_EQ(options.output, "out.txt");
  EXPECT_EQ(options.format, Format::markdown);
  ASSERT_EQ(options.reports.size(), 2U);
  EXPECT_EQ(options.reports[1], (std::pair<Format, std::string>{Format::text, "b.txt"}));
  EXPECT_EQ(options.colour, Colour::never);
  EXPECT_EQ(options.width, 120);
  EXPECT_TRUE(options.quiet);
  EXPECT_TRUE(options.verbose);
}

TEST(Options, OptionsMayStandBeforeTheFileAndCarryTheirValue) {
  const Options options = good("run --seed=7 --engine reference:innodb a.yaml");
  EXPECT_EQ(options.seed, 7U);
  EXPECT_EQ(options.files, std::vector<std::string>{"a.yaml"});
  EXPECT_EQ(options.engines, std::vector<std::string>{"reference:innodb"});
}

TEST(Options, IsolationLevelsByAnyOfTheirNames) {
  EXPECT_EQ(good("run a.yaml --isolation rr").isolations.at(0).level, sql::Isolation::repeatable_read);
  EXPECT_EQ(good("run a.yaml --isolation REPEATABLE-READ").isolations.at(0).level, sql::Isolation::repeatable_read);
  EXPECT_EQ(good("run a.yaml --isolation serializable").isolations.at(0).level, sql::Isolation::serializable);
  EXPECT_EQ(good("compare a.yaml --isolation ru --isolation rc").isolations.size(), 2U);
  EXPECT_EQ(good("run a.yaml --isolation ru --isolation rc").isolations.size(), 1U);
  EXPECT_EQ(good("run a.yaml --shard 3/4").shard, (Shard{3, 4}));
  EXPECT_EQ(good("run a.yaml --isolation ru").isolations.at(0).level, sql::Isolation::read_uncommitted);
}

TEST(Options, AnalyzeReadsManyFilesStandardInputOrNone) {
  EXPECT_EQ(good("analyze a.log - b.log --allow-partial").files, (std::vector<std::string>{"a.log", "-", "b.log"}));
  EXPECT_TRUE(good("analyze a.log --allow-partial").allow_partial);
  EXPECT_TRUE(good("analyze").files.empty());
}

TEST(Options, HelpAndVersion) {
  EXPECT_EQ(good("--version").command, Command::version);
  EXPECT_EQ(good("--help").help, help_text());
  EXPECT_EQ(good("help").help, help_text());
  EXPECT_EQ(good("help run").help, help_text(Command::run));
  EXPECT_EQ(good("run --help").help, help_text(Command::run));
  EXPECT_EQ(good("analyze -h").help, help_text(Command::analyze));
}

TEST(Options, HelpNamesWhatIsThere) {
  const std::string text = help_text(Command::run);
  for (const char* option : {"--engine", "--seed", "--isolation", "--locks", "--trace", "--format", "--output",
                             "--report", "--fail-on", "--color", "--width", "--quiet", "--verbose", "--help"})
    EXPECT_NE(text.find(option), std::string::npos) << option;
  EXPECT_EQ(text.find("--allow-partial"), std::string::npos);
  EXPECT_EQ(help_text(Command::check).find("--fail-on"), std::string::npos);
}

TEST(Options, HelpFitsIntoATerminal) {
  std::istringstream lines(help_text() + help_text(Command::run) + help_text(Command::analyze) +
                           help_text(Command::check));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(Options, ACommandIsNeeded) {
  EXPECT_EQ(complaints(""), "a command is missing (gridlock --help lists them)");
  EXPECT_EQ(complaints("--seed 7"),
            "the command comes first, then its options: '--seed' is no command (gridlock COMMAND --seed)");
  EXPECT_EQ(complaints("--helpp"), "gridlock has no option '--helpp' (did you mean --help?)");
}

TEST(Options, UnknownCommand) {
  EXPECT_EQ(complaints("rnu a.yaml"), "gridlock has no command 'rnu' (did you mean gridlock run?)");
  EXPECT_EQ(complaints("analyse a.log"), "gridlock has no command 'analyse' (did you mean gridlock analyze?)");
  EXPECT_EQ(complaints("a.yaml"), "gridlock has no command 'a.yaml' (did you mean gridlock run a.yaml?)");
  EXPECT_EQ(complaints("frobnicate"),
            "gridlock has no command 'frobnicate' (one of: help, run, explore, replay, predict, compare, analyze, "
            "merge, check, locks, "
            "import)");
}

TEST(Options, UnknownOption) {
  EXPECT_EQ(complaints("run a.yaml --sede 7"), "gridlock run has no option --sede (did you mean --seed?)");
  EXPECT_EQ(complaints("run a.yaml --sede=7"), "gridlock run has no option --sede (did you mean --seed?)");
  EXPECT_EQ(complaints("check a.yaml --locks"),
            "gridlock check has no option --locks (--locks is an option of gridlock run)");
  EXPECT_EQ(complaints("run a.yaml --frobnicate"),
            "gridlock run has no option --frobnicate (gridlock run --help lists its options)");
}

TEST(Options, EveryMistakeAtOnce) {
  EXPECT_EQ(
      complaints("run a.yaml --seed x --format jsno --width 7 --color allways --isolation commited"),
      "--seed 'x' is not a number (a whole number from 0 to 18446744073709551615)\n"
      "--isolation does not know 'commited' (one of: read uncommitted, read committed, repeatable read, serializable)\n"
      "--format does not know 'jsno' (did you mean 'json'?)\n"
      "--color does not know 'allways' (did you mean 'always'?)\n"
      "--width '7' is no width (a number of columns from 40 to 1000)");
}

TEST(Options, ValuesThatAreMissing) {
  EXPECT_EQ(complaints("run a.yaml --seed"), "--seed needs a value (--seed N)");
  EXPECT_EQ(complaints("run a.yaml --format --locks"), "--format needs a value (--format FORMAT)");
  EXPECT_EQ(complaints("run a.yaml -o"), "-o needs a value (-o FILE)");
}

TEST(Options, Reports) {
  EXPECT_EQ(complaints("run a.yaml --report jsn=x"), "--report does not know 'jsn' (did you mean 'json'?)");
  EXPECT_EQ(complaints("run a.yaml --report json"), "--report json says no file (--report json=FILE)");
  EXPECT_EQ(complaints("run a.yaml --report json="), "--report json= says no file (--report json=FILE)");
}

TEST(Options, Files) {
  EXPECT_EQ(complaints("run"), "gridlock run needs a file (gridlock run WORKLOAD.yaml)");
  EXPECT_EQ(complaints("check"), "gridlock check needs a file (gridlock check WORKLOAD.yaml...)");
  EXPECT_EQ(complaints("run a.yaml b.yaml"), "gridlock run plays one workload, not 2 (gridlock run a.yaml)");
}

TEST(FailOn, IsReadWordByWord) {
  const FailOn fail_on = good("run a.yaml --fail-on deadlock,lock-timeout,wait>1.5s").fail_on;
  EXPECT_TRUE(fail_on.chosen);
  EXPECT_TRUE(fail_on.deadlock);
  EXPECT_TRUE(fail_on.lock_timeout);
  EXPECT_FALSE(fail_on.never);
  EXPECT_EQ(fail_on.wait_ms, 1500);
  EXPECT_EQ(good("run a.yaml --fail-on wait>500ms").fail_on.wait_ms, 500);
  EXPECT_TRUE(good("run a.yaml --fail-on never").fail_on.never);
  EXPECT_FALSE(good("run a.yaml").fail_on.chosen);
  const FailOn twice = good("analyze --fail-on lock-timeout --fail-on potential-deadlock").fail_on;
  EXPECT_TRUE(twice.lock_timeout && twice.potential_deadlock && !twice.deadlock);
}

TEST(FailOn, Mistakes) {
  EXPECT_EQ(complaints("run a.yaml --fail-on deadlok"), "--fail-on does not know 'deadlok' (did you mean 'deadlock'?)");
  const std::string list = " (a comma list of: deadlock, lock-timeout, wait>500ms (or 2s), never)";
  EXPECT_EQ(complaints("run a.yaml --fail-on wait>500"), "--fail-on does not know 'wait>500'" + list);
  EXPECT_EQ(complaints("run a.yaml --fail-on deadlock,"), "--fail-on does not know ''" + list);
}

}  // namespace
}  // namespace gridlock
