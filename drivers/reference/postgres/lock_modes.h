#pragma once
/// PostgreSQL's lock modes as tables: which exist, which conflict, which a row lock takes on the tuple.
/// Sources: src/backend/storage/lmgr/lock.c (LockConflicts), src/backend/access/heap/README.tuplock,
/// heapam.c (tupleLockExtraInfo); manual, "Explicit Locking".
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/sql/ast.h"

namespace gridlock::reference::postgres {

/// Heavyweight modes, weakest first. Their numbers are those of lockdefs.h.
enum class Mode : std::uint8_t {
  none = 0,
  access_share,
  row_share,
  row_exclusive,
  share_update_exclusive,
  share,
  share_row_exclusive,
  exclusive,
  access_exclusive,
};
inline constexpr int mode_count = 9;  ///< with `none`

/// A set of modes.
using ModeMask = std::uint16_t;
constexpr ModeMask bit(Mode mode) { return static_cast<ModeMask>(1U << static_cast<unsigned>(mode)); }

/// The modes that conflict with this one.
ModeMask conflicts_of(Mode mode);
inline bool conflict(Mode a, Mode b) { return (conflicts_of(a) & bit(b)) != 0; }

std::string_view name_of(Mode mode);                            ///< pg_locks' word: `RowExclusiveLock`
std::optional<Mode> mode_of_words(std::string_view sql_words);  ///< LOCK TABLE's words: `ROW EXCLUSIVE`

/// Row locks, weakest first.
enum class RowMode : std::uint8_t { key_share, share, no_key_update, update };

/// The heavyweight mode that stands for a row mode: on the tuple's queue, and for telling conflicts.
Mode tuple_lock_of(RowMode mode);
inline bool conflict(RowMode a, RowMode b) { return conflict(tuple_lock_of(a), tuple_lock_of(b)); }
RowMode row_mode_of(sql::LockStrength strength);  ///< REQUIRES: not `none`

/// What a statement takes on the tables that it names.
namespace takes {
inline constexpr Mode select = Mode::access_share;
inline constexpr Mode select_for = Mode::row_share;  ///< FOR UPDATE, FOR SHARE, ...; the checks of foreign keys
inline constexpr Mode write = Mode::row_exclusive;
inline constexpr Mode create_index = Mode::share;
inline constexpr Mode create_index_concurrently = Mode::share_update_exclusive;
inline constexpr Mode add_foreign_key = Mode::share_row_exclusive;  ///< on both tables
inline constexpr Mode alter_table = Mode::access_exclusive;
inline constexpr Mode drop = Mode::access_exclusive;
inline constexpr Mode truncate = Mode::access_exclusive;
}  // namespace takes

/// What an action of ALTER TABLE takes (tablecmds.c, AlterTableGetLockLevel), by its first words.
Mode alter_table_takes(std::string_view action);

}  // namespace gridlock::reference::postgres
