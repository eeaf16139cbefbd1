// The line that says how far a long run has come.
#include "cli/progress.h"

#include <gtest/gtest.h>

#include "cli/report/text.h"

namespace gridlock {
namespace {

RunSummary summary(std::uint64_t committed, std::uint64_t deadlocks) {
  RunSummary so_far;
  so_far.committed = committed;
  so_far.deadlocks = deadlocks;
  return so_far;
}

TEST(Progress, SaysWhatHappenedHowFastAndHowLongItWillTake) {
  const RunSummary so_far = summary(12'000, 1);
  EXPECT_EQ(progress_text({so_far, 340, Time{}, 0.25}, 10, "", 100),
            "12,000 transactions, 340 lock waits, 1 deadlock, 1200 a second, 30.0 s left");
}

TEST(Progress, SaysNothingOfWhatItDoesNotKnow) {
  const RunSummary so_far = summary(1, 0);
  EXPECT_EQ(progress_text({so_far, 0, Time{}, 0}, 0, "", 100), "1 transaction, 0 lock waits, 0 deadlocks");
}

TEST(Progress, CountsTheWarmUpToo) {
  RunSummary so_far = summary(5, 0);
  so_far.warm_up_transactions = 7;
  EXPECT_EQ(progress_text({so_far, 0, Time{}, 0}, 0, "A, rc", 100),
            "A, rc: 12 transactions, 0 lock waits, 0 deadlocks");
}

TEST(Progress, StaysOnOneLineOfTheTerminal) {
  const RunSummary so_far = summary(123'456'789, 99'999);
  for (const int width : {10, 40, 60, 80}) {
    const std::string line =
        progress_text({so_far, 88'888'888, Time{}, 0.5}, 5, "postgresql://user@a.long.host/name", width);
    EXPECT_LT(report::columns(line), static_cast<std::size_t>(width)) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace gridlock
