#pragma once
/// Handles of the reference engine: dense small integers instead of pointers, so that the engine's state is a value.
#include <cstdint>

namespace gridlock::reference {

inline constexpr std::uint32_t none = 0xffffffff;

using TableId = std::uint32_t;    ///< position in the catalog
using IndexId = std::uint32_t;    ///< position among all indexes of all tables
using ColumnId = std::uint32_t;   ///< position in the table
using RecordId = std::uint32_t;   ///< an index record; reused after its physical removal
using RowId = RecordId;           ///< a row is its clustered record
using VersionId = std::uint32_t;  ///< a version of a row of one table
using Slot = std::uint32_t;       ///< a session, and its transaction in the lock table

/// Item 0 of every index: the end, on which a lock means the gap after the last record.
inline constexpr RecordId supremum = 0;

/// Given to a transaction when it first writes; grows (trx_sys_allocate_trx_id).
using TrxId = std::uint64_t;
inline constexpr TrxId no_trx_id = 0;

}  // namespace gridlock::reference
