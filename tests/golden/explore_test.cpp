// explore, replay and predict as their users meet them.
#include <gtest/gtest.h>

#include <string>

#include "binary.h"

namespace gridlock {
namespace {

using golden::shell;

const std::string opposite = "examples/opposite-order.yaml";

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The word after `token: `.
std::string token_in(const std::string& text) {
  const std::size_t at = text.find("gl1-");
  return at == std::string::npos ? "" : text.substr(at, text.find_first_of(" \n\"", at) - at);
}

TEST(Explore, FindsTheDeadlockAndSaysHowFarItWent) {
  const auto ended = shell("gridlock explore " + opposite);
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  EXPECT_TRUE(ended.out.starts_with("1 deadlock can be reached")) << ended.out;
  EXPECT_TRUE(contains(ended.out, "Exhaustive: "));
  EXPECT_TRUE(contains(ended.out, "token: gl1-"));
  EXPECT_EQ(ended.err, "");
}

TEST(Explore, ProvesThatThereIsNone) {
  const std::string one_order = "sed 's/id = 2   # waits.*/id = 1/; s/id = 1   # would.*/id = 2/' " + opposite;
  const auto ended = shell(one_order + " | gridlock explore -");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  EXPECT_TRUE(ended.out.starts_with("No deadlock can be reached: none in ")) << ended.out;
}

TEST(Explore, TheSameBytesEachTime) {
  EXPECT_EQ(shell("gridlock explore --format json " + opposite).out,
            shell("gridlock explore --format json " + opposite).out);
}

TEST(Replay, ATokenBringsTheDeadlockBack) {
  const std::string token = token_in(shell("gridlock explore " + opposite).out);
  ASSERT_FALSE(token.empty());
  const auto ended = shell("gridlock replay " + token + " " + opposite);
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  EXPECT_TRUE(ended.out.starts_with("The schedule deadlocks")) << ended.out;
  const auto other = shell("gridlock replay " + token + " examples/holidays.yaml");
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_TRUE(contains(other.err, "is another workload than the token's")) << other.err;
}

TEST(Replay, AScheduleSaysWhetherTheSameCame) {
  const std::string folder = "d=$(mktemp -d) && cp " + opposite + " $d/w.yaml && ";
  const auto same = shell(
      folder + "gridlock explore -q --schedules $d/s $d/w.yaml > /dev/null; gridlock replay $d/s/deadlock-1.yaml");
  EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
  EXPECT_TRUE(same.out.starts_with("The same deadlock came")) << same.out;
  const auto changed = shell(folder +
                             "gridlock explore -q --schedules $d/s $d/w.yaml > /dev/null; echo >> $d/w.yaml; "
                             "gridlock replay $d/s/deadlock-1.yaml");
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_TRUE(contains(changed.err, "has changed since the schedule was made")) << changed.err;
  const auto cured = shell(folder +
                           "gridlock explore -q --schedules $d/s $d/w.yaml > /dev/null; sed -i '/^hash/d' "
                           "$d/s/deadlock-1.yaml; sed -i 's/WHERE id = 2/WHERE id = 1/' $d/w.yaml; "
                           "gridlock replay $d/s/deadlock-1.yaml");
  EXPECT_EQ(cured.exit_code, 1) << cured.err;
  EXPECT_TRUE(cured.out.starts_with("The deadlock did not come")) << cured.out;
  EXPECT_TRUE(contains(cured.out, "It departs from the schedule at event")) << cured.out;
}

TEST(Predict, ConfirmsWhatAStoryCouldDo) {
  const auto ended = shell("gridlock predict " + opposite);
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  EXPECT_TRUE(contains(ended.out, "confirmed")) << ended.out;
}

TEST(Predict, ReadsAServersStatementLog) {
  const std::string log =
      "d=$(mktemp -d) && cat > $d/general.log <<'END'\n"
      "2026-11-25T22:00:00.000002Z\t   12 Query\tSTART TRANSACTION\n"
      "2026-11-25T22:00:00.000003Z\t   12 Query\tUPDATE t SET v = 1 WHERE id = 1\n"
      "2026-11-25T22:00:00.000004Z\t   12 Query\tUPDATE u SET v = 1 WHERE id = 7\n"
      "2026-11-25T22:00:00.000005Z\t   12 Query\tCOMMIT\n"
      "2026-11-25T22:00:01.000002Z\t   12 Query\tSTART TRANSACTION\n"
      "2026-11-25T22:00:01.000003Z\t   12 Query\tUPDATE u SET v = 2 WHERE id = 8\n"
      "2026-11-25T22:00:01.000004Z\t   12 Query\tUPDATE t SET v = 2 WHERE id = 2\n"
      "2026-11-25T22:00:01.000005Z\t   12 Query\tCOMMIT\n"
      "END\necho 'CREATE TABLE t (id INT PRIMARY KEY, v INT); CREATE TABLE u (id INT PRIMARY KEY, v INT);' > $d/s.sql "
      "&& ";
  const auto ended = shell(log + "gridlock predict --from-log $d/general.log --schema $d/s.sql");
  EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
  EXPECT_TRUE(contains(ended.out, "1 potential deadlock: 1 confirmed")) << ended.out;
}

}  // namespace
}  // namespace gridlock
