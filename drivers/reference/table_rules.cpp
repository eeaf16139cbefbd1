#include "drivers/reference/table_rules.h"

#include <initializer_list>

namespace gridlock::reference {
namespace {

using namespace table_lock;

constexpr ModeSet union_of(std::initializer_list<Mode> modes) {
  ModeSet all = 0;
  for (const Mode mode : modes) all = static_cast<ModeSet>(all | bit(mode));
  return all;
}

constexpr ModeSet reads = union_of({read, read_high_priority, read_no_insert});
constexpr ModeSet exclusive_writes = union_of({write_low_priority, write});
constexpr ModeSet everything =
    union_of({read, read_high_priority, read_no_insert, concurrent_insert, write_low_priority, write});

constexpr LockRules make_table() {
  LockRules rules;
  rules.engine = "table";
  rules.size = 6;
  rules.table_modes = everything;
  auto& m = rules.modes;
  for (std::size_t i = 0; i < rules.size; ++i) m[i].kind = LockKind::table;
  m[index(read)] = {
      .name = "READ", .kind = LockKind::table, .conflicts = exclusive_writes, .yields = union_of({write})};
  m[index(read_high_priority)] = {.name = "READ HIGH PRIORITY", .kind = LockKind::table, .conflicts = exclusive_writes};
  m[index(read_no_insert)] = {.name = "READ NO INSERT",
                              .kind = LockKind::table,
                              .conflicts = static_cast<ModeSet>(exclusive_writes | bit(concurrent_insert)),
                              .yields = union_of({write})};
  m[index(concurrent_insert)] = {
      .name = "WRITE CONCURRENT INSERT",
      .kind = LockKind::table,
      .exclusive = true,
      .conflicts = static_cast<ModeSet>(exclusive_writes | union_of({read_no_insert, concurrent_insert}))};
  m[index(write_low_priority)] = {.name = "WRITE LOW PRIORITY",
                                  .kind = LockKind::table,
                                  .exclusive = true,
                                  .conflicts = everything,
                                  .yields = reads};
  m[index(write)] = {.name = "WRITE", .kind = LockKind::table, .exclusive = true, .conflicts = everything};
  for (std::size_t i = 0; i < rules.size; ++i) m[i].covers = bit(Mode(i));
  m[index(read_no_insert)].covers = reads;
  m[index(write)].covers = everything;
  rules.tables = {.grants = Grants::queue_order, .edge = Edge::oldest, .by_priority = true};
  return rules;
}

constexpr LockRules table_value = make_table();

}  // namespace

const LockRules& table_rules() { return table_value; }

}  // namespace gridlock::reference
