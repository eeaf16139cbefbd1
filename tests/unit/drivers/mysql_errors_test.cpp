// What the error numbers of MySQL, MariaDB and of databases that speak their protocol mean for a transaction.
#include "drivers/mysql/errors.h"

#include <gtest/gtest.h>

namespace gridlock::mysql {
namespace {

struct Case {
  const char* code;
  Outcome outcome;
  bool rolls_back;
};

TEST(MysqlErrors, MeanWhatTheirDocumentationSays) {
  for (const Case& one : {
           Case{"1213", Outcome::deadlock, true},   // InnoDB, TiDB; Galera's certification, too
           Case{"3058", Outcome::deadlock, false},  // GET_LOCK
           Case{"1205", Outcome::lock_timeout, false},
           Case{"3101", Outcome::serialization_failure, true},  // Group Replication
           Case{"8002", Outcome::serialization_failure, true},  // TiDB, as are the following
           Case{"8005", Outcome::serialization_failure, true}, Case{"8022", Outcome::serialization_failure, true},
           Case{"8028", Outcome::serialization_failure, true}, Case{"9007", Outcome::serialization_failure, true},
           Case{"1062", Outcome::error, false},  // a duplicate key
           Case{"8004", Outcome::error, false},  // TiDB: the transaction is too large, now and later
       }) {
    const ServerError error{one.code, "as the server says it"};
    EXPECT_EQ(outcome_of(error), one.outcome) << one.code;
    EXPECT_EQ(rolls_back(error), one.rolls_back) << one.code;
  }
}

}  // namespace
}  // namespace gridlock::mysql
