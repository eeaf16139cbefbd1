#include "drivers/reference/metadata_rules.h"

namespace gridlock::reference {
namespace {

struct Row {
  Mode mode;
  std::string_view name;
  std::string_view granted;  ///< S SH SR SW SWLP SU SRO SNW SNRW X: `-` where the request waits for a granted one
  std::string_view queued;   ///< ... and for a queued one
};

constexpr std::array matrix{
    Row{metadata::shared, "SHARED", "+++++++++-", "+++++++++-"},
    Row{metadata::shared_high_prio, "SHARED_HIGH_PRIO", "+++++++++-", "++++++++++"},
    Row{metadata::shared_read, "SHARED_READ", "++++++++--", "++++++++--"},
    Row{metadata::shared_write, "SHARED_WRITE", "++++++----", "+++++++---"},
    Row{metadata::shared_write_low_prio, "SHARED_WRITE_LOW_PRIO", "++++++----", "++++++----"},
    Row{metadata::shared_upgradable, "SHARED_UPGRADABLE", "+++++-+---", "+++++++++-"},
    Row{metadata::shared_read_only, "SHARED_READ_ONLY", "+++--+++--", "+++-++++--"},
    Row{metadata::shared_no_write, "SHARED_NO_WRITE", "+++---+---", "+++++++++-"},
    Row{metadata::shared_no_read_write, "SHARED_NO_READ_WRITE", "++--------", "+++++++++-"},
    Row{metadata::exclusive, "EXCLUSIVE", "----------", "++++++++++"},
};

constexpr ModeSet minus_signs(std::string_view row) {
  ModeSet set = 0;
  for (std::size_t i = 0; i < row.size(); ++i)
    if (row[i] == '-') set = static_cast<ModeSet>(set | bit(matrix[i].mode));
  return set;
}

constexpr LockRules make_metadata() {
  LockRules rules;
  rules.engine = "metadata";
  rules.size = matrix.size() + 1;
  for (const Row& row : matrix) {
    ModeRules& mode = rules.modes[index(row.mode)];
    mode.name = row.name;
    mode.kind = LockKind::metadata;
    mode.exclusive = row.mode == metadata::exclusive;
    mode.conflicts = minus_signs(row.granted);
    mode.yields = minus_signs(row.queued);
    rules.table_modes = static_cast<ModeSet>(rules.table_modes | bit(row.mode));
    // what excludes at least the same is as strong (MDL_ticket::has_stronger_or_equal_lock_than)
    for (const Row& other : matrix)
      if ((minus_signs(other.granted) & ~mode.conflicts) == 0)
        mode.covers = static_cast<ModeSet>(mode.covers | bit(other.mode));
  }
  ModeRules& user = rules.modes[index(metadata::user)];
  user.name = "EXCLUSIVE";
  user.kind = LockKind::user;
  user.exclusive = true;
  user.conflicts = user.covers = bit(metadata::user);
  rules.table_modes = static_cast<ModeSet>(rules.table_modes | bit(metadata::user));
  rules.tables = {.grants = Grants::queue_order, .edge = Edge::oldest, .by_priority = true};
  return rules;
}

constexpr LockRules metadata_value = make_metadata();

}  // namespace

const LockRules& metadata_rules() { return metadata_value; }

int deadlock_weight(Mode mode) {
  constexpr int statement = 25, user_lock = 50, definition = 100;
  if (mode == metadata::user) return user_lock;
  return index(mode) >= index(metadata::shared_upgradable) ? definition : statement;
}

}  // namespace gridlock::reference
