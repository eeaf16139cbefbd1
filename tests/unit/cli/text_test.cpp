// Text as a terminal sees it: widths, wrapping, colour, and nothing that a log could smuggle in.
#include "cli/report/text.h"

#include <gtest/gtest.h>

namespace gridlock::report {
namespace {

std::string wrapped(const Text& text, std::size_t to) {
  std::string out;
  for (const Text& line : text.wrapped(to)) out += line.str(false) + "|";
  return out;
}

TEST(Columns, CombiningMarksTakeNoneAndWideCharactersTwo) {
  EXPECT_EQ(columns(std::string_view("abc")), 3U);
  EXPECT_EQ(columns(std::string_view("Zoë")), 3U);
  EXPECT_EQ(columns(std::string_view("Zoe\xCC\x88")), 3U);  // e and a combining diaeresis
  EXPECT_EQ(columns(std::string_view("東京")), 4U);
  EXPECT_EQ(columns(std::string_view("한글")), 4U);
  EXPECT_EQ(columns(std::string_view("🔒")), 2U);
  EXPECT_EQ(columns(std::string_view("─│┌")), 3U);
  EXPECT_EQ(columns(std::string_view("\xFF\xC3")), 2U);  // broken bytes, one replacement character each
}

TEST(Clean, NothingControlsTheTerminal) {
  EXPECT_EQ(clean("a\x1b[31mred\x07"), "a\\x1b[31mred\\x07");
  EXPECT_EQ(clean("a\xE2\x80\xAEtxt"), "a\\u202etxt");
  EXPECT_EQ(clean("\xC2\x9B"), "\\x9b");
  EXPECT_EQ(clean(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(Clean, BlanksAreSqueezedAndBytesMadeWhole) {
  EXPECT_EQ(clean("  UPDATE t\n\t SET v = 1\r\n"), "UPDATE t SET v = 1");
  EXPECT_EQ(clean("caf\xE9"), "caf\xEF\xBF\xBD");
  EXPECT_EQ(clean("\xC0\xAF \xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(clean("名前 = '山田'"), "名前 = '山田'");
}

TEST(Wrapping, BreaksAtBlanks) {
  EXPECT_EQ(wrapped("one two three", 7), "one two|three|");
  EXPECT_EQ(wrapped("one two three", 100), "one two three|");
  EXPECT_EQ(wrapped("", 10), "|");
}

TEST(Wrapping, CutsAWordThatFitsNowhere) { EXPECT_EQ(wrapped("a abcdefghij b", 4), "a|abcd|efgh|ij b|"); }

TEST(Wrapping, CountsColumnsNotBytes) { EXPECT_EQ(wrapped("東京 東京 東京", 9), "東京 東京|東京|"); }

TEST(Wrapping, AWordMayChangeItsInk) {
  const Text text = Text("key ").add(Ink::strong, "id").add(",").add(" next");
  EXPECT_EQ(wrapped(text, 7), "key id,|next|");
  EXPECT_EQ(text.str(true), "key \x1b[1mid\x1b[0m, next");
}

TEST(Padding, IsForColumnsAndNotForTheEndOfALine) {
  EXPECT_EQ(Text("東").padded(4).add("|").str(false), "東  |");
  EXPECT_EQ(Text("a").padded(9).str(false), "a");
  EXPECT_EQ(Text(Ink::bad, "a ").add("  ").str(true), "\x1b[1;31ma\x1b[0m");
}

TEST(Pages, ParagraphsHang) {
  Page page(20);
  page.paragraph("  - ", "one two three four five");
  page.blank();
  page.blank();
  page.line("end");
  EXPECT_EQ(page.str(false), "  - one two three\n    four five\n\nend\n");
}

}  // namespace
}  // namespace gridlock::report
