// Problems as a compiler prints them: text in, text out.
#include <gtest/gtest.h>

#include "cli/report/report.h"

namespace gridlock {
namespace {

std::string shown(const Problem& problem, const std::string& source, int width = 80) {
  return to_text(Problems{problem}, source, {false, width, false});
}

const std::string yaml = "name: x\nsessions:\n  - {rnu: transfer, count: 8}\n";

TEST(Problems, PointAtThePlace) {
  EXPECT_EQ(shown({{"w.yaml", 3, 6}, "there is no key 'rnu' here", "did you mean 'run'?"}, yaml),
            "w.yaml:3:6: error: there is no key 'rnu' here\n"
            "    3 │   - {rnu: transfer, count: 8}\n"
            "      │      ^\n"
            "  hint: did you mean 'run'?\n");
}

TEST(Problems, WithoutAPlaceThereIsNoLine) {
  EXPECT_EQ(shown({{"", 0, 0}, "no engine 'x'", ""}, yaml), "error: no engine 'x'\n");
  EXPECT_EQ(shown({{"w.yaml", 0, 0}, "empty", ""}, yaml), "w.yaml: error: empty\n");
  EXPECT_EQ(shown({{"w.yaml", 9, 1}, "behind the end", ""}, yaml), "w.yaml:9:1: error: behind the end\n");
  EXPECT_EQ(shown({{"w.yaml", 1, 0}, "the line", ""}, yaml), "w.yaml:1: error: the line\n    1 │ name: x\n");
}

TEST(Problems, TheCaretCountsColumnsOfTheTerminal) {
  // Byte 11 stands behind a tab and two characters of three bytes and two columns each.
  EXPECT_EQ(shown({{"w.yaml", 1, 11}, "here", ""}, "\t東京: {x}\n"),
            "w.yaml:1:11: error: here\n"
            "    1 │  東京: {x}\n"
            "      │         ^\n");
}

TEST(Problems, AColumnAtOrBehindTheEndOfTheLine) {
  EXPECT_EQ(shown({{"w.yaml", 1, 8}, "end", ""}, yaml), "w.yaml:1:8: error: end\n    1 │ name: x\n      │        ^\n");
  EXPECT_EQ(shown({{"w.yaml", 1, 99}, "end", ""}, "name: x\r\n"),
            "w.yaml:1:99: error: end\n    1 │ name: x\n      │        ^\n");
}

TEST(Problems, OfALongLineOnlyThePlaceIsShown) {
  const std::string source = "schema: " + std::string(100, 'a') + " HERE " + std::string(100, 'b');
  EXPECT_EQ(shown({{"w.yaml", 1, 110}, "here", ""}, source, 60),
            "w.yaml:1:110: error: here\n"
            "    1 │ ...aaaaaaaaaaaaaaaaaaaaaa HERE bbbbbbbbbbbbbbbbbbb...\n"
            "      │                           ^\n");
}

TEST(Problems, InColour) {
  EXPECT_EQ(to_text(Problems{{{"w.yaml", 1, 1}, "bad", "good"}}, "x", {true, 80, false}),
            "\x1b[1mw.yaml:1:1:\x1b[0m \x1b[1;31merror:\x1b[0m bad\n"
            "\x1b[2m    1 │ \x1b[0mx\n"
            "\x1b[2m      │ \x1b[0m\x1b[1;31m^\x1b[0m\n"
            "\x1b[32m  hint:\x1b[0m good\n");
}

}  // namespace
}  // namespace gridlock
