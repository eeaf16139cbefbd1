#include "drivers/mysql/errors.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace gridlock::mysql {
namespace {

// ER_SERVER_SHUTDOWN, ER_CONNECTION_KILLED (MariaDB 1927, MySQL 3169 ER_SESSION_WAS_KILLED),
// ER_CLIENT_INTERACTION_TIMEOUT, and the client libraries' own CR_SERVER_GONE_ERROR, CR_SERVER_LOST,
// CR_SERVER_LOST_EXTENDED.
constexpr std::array<unsigned, 7> last_words{1053, 1927, 3169, 4031, 2006, 2013, 2055};

struct Meaning {
  std::string_view code;
  Outcome outcome;
  bool rolls_back;
};

constexpr std::array meanings{
    Meaning{"1213", Outcome::deadlock, true},               // ER_LOCK_DEADLOCK
    Meaning{"3058", Outcome::deadlock, false},              // ER_USER_LOCK_DEADLOCK: only GET_LOCK fails
    Meaning{"1205", Outcome::lock_timeout, false},          // ER_LOCK_WAIT_TIMEOUT: the statement alone
    Meaning{"1020", Outcome::serialization_failure, true},  // ER_CHECKREAD, MariaDB's innodb_snapshot_isolation
    Meaning{"3101", Outcome::serialization_failure, true},  // ER_TRANSACTION_ROLLBACK_DURING_COMMIT, Group Replication
    Meaning{"8002", Outcome::serialization_failure, true},  // TiDB: SELECT ... FOR UPDATE met a conflict at COMMIT
    Meaning{"8005", Outcome::serialization_failure, true},  // TiDB: write conflict, the transaction's start is stale
    Meaning{"9007", Outcome::serialization_failure, true},  // TiDB: write conflict
    Meaning{"8022", Outcome::serialization_failure, true},  // TiDB: error in commit, to be tried again
    Meaning{"8028", Outcome::serialization_failure, true},  // TiDB: the schema has changed meanwhile
};

const Meaning* meaning_of(std::string_view code) {
  const auto found =
      std::find_if(meanings.begin(), meanings.end(), [&](const Meaning& one) { return one.code == code; });
  return found == meanings.end() ? nullptr : &*found;
}

}  // namespace

bool ends_session(unsigned code) { return std::find(last_words.begin(), last_words.end(), code) != last_words.end(); }

Outcome outcome_of(const ServerError& error) {
  const Meaning* meaning = meaning_of(error.code);
  return meaning ? meaning->outcome : Outcome::error;
}

bool rolls_back(const ServerError& error) {
  const Meaning* meaning = meaning_of(error.code);
  return meaning != nullptr && meaning->rolls_back;
}

}  // namespace gridlock::mysql
