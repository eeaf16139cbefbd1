// `gridlock locks` as its users meet it.
#include <gtest/gtest.h>

#include <string>

#include "binary.h"
#include "golden.h"

namespace gridlock {
namespace {

/// The tables come in a file of their own.
std::string locks(const std::string& arguments) {
  return "d=$(mktemp -d); echo 'CREATE TABLE t (id INT PRIMARY KEY, v INT); "
         "INSERT INTO t VALUES (1, 1), (19, 2), (22, 3), (28, 4), (32, 5);' > $d/s.sql; "
         "gridlock locks --schema $d/s.sql " +
         arguments + "; code=$?; rm -r $d; exit $code";
}

TEST(Locks, TwoEnginesSideBySide) {
  const auto ended = golden::shell(locks(
      "'SELECT * FROM t WHERE id > 19 AND id <= 28 FOR UPDATE' --engine reference:innodb --engine reference:mariadb"));
  EXPECT_EQ(ended.exit_code, 1) << "they differ: MariaDB locks the first row past the range";
  EXPECT_EQ(ended.err, "");
  golden::check("locks/two-engines.expected", ended.out);
}

TEST(Locks, OfSeveralStatementsWhatEachAdds) {
  const auto ended = golden::shell(
      locks("'UPDATE t SET v = 9 WHERE id = 22' 'INSERT INTO t VALUES (20, 0)' --engine reference:postgres"));
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  golden::check("locks/postgres.expected", ended.out);
}

TEST(Locks, NeedsTheTables) {
  const auto ended = golden::shell("gridlock locks 'DELETE FROM t'");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.err.find("--schema"), std::string::npos) << ended.err;
}

}  // namespace
}  // namespace gridlock
