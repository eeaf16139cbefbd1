#pragma once
/// InnoDB's and MySQL's words for locks, as Lock values.
#include <string>
#include <string_view>

#include "model/lock.h"

namespace gridlock::mysql {

/// A row of performance_schema.data_locks: `type` TABLE or RECORD, `mode` `X,REC_NOT_GAP`, `data` `1, 'abc'`.
Lock row_lock(std::string_view type, std::string mode, std::string table, std::string index, std::string data);

/// A row of performance_schema.metadata_locks: `type` TABLE, `USER LEVEL LOCK`, ...
Lock metadata_lock(std::string_view type, std::string mode, std::string name);

/// Whether a granted metadata lock is in the way of a request (sql/mdl.cc, MDL_object_lock::m_granted_incompatible).
bool metadata_conflict(std::string_view requested, std::string_view granted);

/// Modes whose requests are served before others that came earlier (m_waiting_incompatible): a waiting one is in the
/// way.
bool goes_first(std::string_view mode);

/// `FOR SHARE` as `LOCK IN SHARE MODE`, which MariaDB knows, too.
std::string without_for_share(const std::string& sql);

}  // namespace gridlock::mysql
