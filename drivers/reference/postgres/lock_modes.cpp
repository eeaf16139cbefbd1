#include "drivers/reference/postgres/lock_modes.h"

#include <array>

#include "drivers/reference/postgres/text.h"

namespace gridlock::reference::postgres {
namespace {

using enum Mode;

template <class... Modes>
constexpr ModeMask mask(Modes... modes) {
  return static_cast<ModeMask>((bit(modes) | ...));
}

struct ModeRow {
  std::string_view name;
  std::string_view words;
  ModeMask conflicts;
};

// lock.c, LockConflicts and lock_mode_names
constexpr std::array<ModeRow, mode_count> modes{{
    {"INVALID", "", 0},
    {"AccessShareLock", "ACCESS SHARE", mask(access_exclusive)},
    {"RowShareLock", "ROW SHARE", mask(exclusive, access_exclusive)},
    {"RowExclusiveLock", "ROW EXCLUSIVE", mask(share, share_row_exclusive, exclusive, access_exclusive)},
    {"ShareUpdateExclusiveLock", "SHARE UPDATE EXCLUSIVE",
     mask(share_update_exclusive, share, share_row_exclusive, exclusive, access_exclusive)},
    {"ShareLock", "SHARE",
     mask(row_exclusive, share_update_exclusive, share_row_exclusive, exclusive, access_exclusive)},
    {"ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE",
     mask(row_exclusive, share_update_exclusive, share, share_row_exclusive, exclusive, access_exclusive)},
    {"ExclusiveLock", "EXCLUSIVE",
     mask(row_share, row_exclusive, share_update_exclusive, share, share_row_exclusive, exclusive, access_exclusive)},
    {"AccessExclusiveLock", "ACCESS EXCLUSIVE",
     mask(access_share, row_share, row_exclusive, share_update_exclusive, share, share_row_exclusive, exclusive,
          access_exclusive)},
}};

// heapam.c, tupleLockExtraInfo
constexpr std::array<Mode, 4> tuple_locks{access_share, row_share, exclusive, access_exclusive};

struct AlterRow {
  std::string_view words;
  Mode takes;
};

// tablecmds.c, AlterTableGetLockLevel: what is not here takes AccessExclusiveLock
constexpr std::array alters{
    AlterRow{"VALIDATE CONSTRAINT", share_update_exclusive},
    AlterRow{"SET STATISTICS", share_update_exclusive},
    AlterRow{"CLUSTER ON", share_update_exclusive},
    AlterRow{"SET WITHOUT CLUSTER", share_update_exclusive},
    AlterRow{"SET (", share_update_exclusive},
    AlterRow{"RESET (", share_update_exclusive},
    AlterRow{"ATTACH PARTITION", share_update_exclusive},
    AlterRow{"ENABLE TRIGGER", share_row_exclusive},
    AlterRow{"DISABLE TRIGGER", share_row_exclusive},
};

}  // namespace

ModeMask conflicts_of(Mode mode) { return modes[static_cast<std::size_t>(mode)].conflicts; }

std::string_view name_of(Mode mode) { return modes[static_cast<std::size_t>(mode)].name; }

std::optional<Mode> mode_of_words(std::string_view sql_words) {
  for (std::size_t i = 1; i < modes.size(); ++i)
    if (modes[i].words == sql_words) return static_cast<Mode>(i);
  return std::nullopt;
}

Mode tuple_lock_of(RowMode mode) { return tuple_locks[static_cast<std::size_t>(mode)]; }

RowMode row_mode_of(sql::LockStrength strength) {
  return static_cast<RowMode>(static_cast<int>(strength) - static_cast<int>(sql::LockStrength::key_share));
}

Mode alter_table_takes(std::string_view action) {
  const std::string words = upper_words(action);
  for (const AlterRow& row : alters)
    if (words.starts_with(row.words) || words.find(std::string(" ") + std::string(row.words)) != std::string::npos)
      return row.takes;
  return takes::alter_table;
}

}  // namespace gridlock::reference::postgres
