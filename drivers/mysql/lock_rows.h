#pragma once
/// Who waits for whom, asked of MySQL's performance_schema or of MariaDB's information_schema.
#include <string>
#include <vector>

#include "drivers/live/server.h"

namespace gridlock::mysql {

/// MySQL 8.0 and later.
namespace performance_schema {
std::vector<std::string> waits_queries(const std::vector<live::ConnectionId>& run);
std::vector<live::SeenWait> waits_in(const std::vector<live::Reply>& replies);
std::vector<std::string> locks_queries(const std::vector<live::ConnectionId>& run, const std::string& database);
std::vector<live::SeenLock> locks_in(const std::vector<live::Reply>& replies);
}  // namespace performance_schema

/// MariaDB, and MySQL before 8.0.
namespace information_schema {
/// What innodb_trx and its sisters show is as old as this: they are filled again only when nobody asked for so long
/// (storage/innobase/trx/trx0i_s.cc, CACHE_MIN_IDLE_TIME_NS).
constexpr std::int64_t stale_micros = 105'000;

/// `metadata_plugin`: metadata_lock_info is loaded, which says who holds what.
std::vector<std::string> waits_queries(const std::vector<live::ConnectionId>& run, bool metadata_plugin);
std::vector<live::SeenWait> waits_in(const std::vector<live::Reply>& replies);
}  // namespace information_schema

}  // namespace gridlock::mysql
