#include "drivers/reference/lock_rules.h"

#include <initializer_list>

namespace gridlock::reference {
namespace {

using namespace innodb;

constexpr ModeSet set(std::initializer_list<Mode> modes) {
  ModeSet all = 0;
  for (const Mode mode : modes) all = static_cast<ModeSet>(all | bit(mode));
  return all;
}

// Requests of a record wait for locks of the record, insert intention for locks of the gap, gap locks for nothing:
// the conflict table of rec_lock_check_conflict (lock0lock.cc) written out. Strength is lock_mode_stronger_or_eq and
// lock_rec_has_expl: next-key covers its parts, the parts cover only their like.
constexpr ModeSet shared_record = set({S_record, S_next_key});
constexpr ModeSet exclusive_record = set({X_record, X_next_key});
constexpr ModeSet any_record = shared_record | exclusive_record;
constexpr ModeSet any_gap = set({S_gap, X_gap, S_next_key, X_next_key});

constexpr LockRules make_innodb() {
  LockRules rules;
  rules.engine = "innodb";
  rules.size = 15;
  rules.table_modes = set({IS, IX, S, X, AUTO_INC});

  // lock_compatibility_matrix and lock_strength_matrix (lock0priv.h).
  auto& m = rules.modes;
  m[index(IS)] = {.name = "IS", .kind = LockKind::table, .conflicts = set({X}), .covers = set({IS})};
  m[index(IX)] = {.name = "IX", .kind = LockKind::table, .conflicts = set({S, X}), .covers = set({IS, IX})};
  m[index(S)] = {.name = "S", .kind = LockKind::table, .conflicts = set({IX, X, AUTO_INC}), .covers = set({IS, S})};
  m[index(X)] = {.name = "X",
                 .kind = LockKind::table,
                 .exclusive = true,
                 .conflicts = set({IS, IX, S, X, AUTO_INC}),
                 .covers = set({IS, IX, S, X, AUTO_INC})};
  m[index(AUTO_INC)] = {.name = "AUTO_INC",
                        .kind = LockKind::auto_increment,
                        .conflicts = set({S, X, AUTO_INC}),
                        .covers = set({AUTO_INC})};

  m[index(S_next_key)] = {.name = "S",
                          .kind = LockKind::next_key,
                          .conflicts = exclusive_record,
                          .covers = set({S_next_key, S_gap, S_record}),
                          .at_supremum = S_supremum,
                          .record_part = S_record,
                          .gap_part = S_gap,
                          .on_insert = S_gap,
                          .on_removal = S_gap};
  m[index(S_gap)] = {.name = "S,GAP",
                     .kind = LockKind::gap,
                     .covers = set({S_gap}),
                     .at_supremum = S_supremum,
                     .on_insert = S_gap,
                     .on_removal = S_gap};
  m[index(S_record)] = {.name = "S,REC_NOT_GAP",
                        .kind = LockKind::record,
                        .conflicts = exclusive_record,
                        .covers = set({S_record}),
                        .at_supremum = S_supremum,
                        .on_removal = S_gap};
  m[index(X_next_key)] = {.name = "X",
                          .kind = LockKind::next_key,
                          .exclusive = true,
                          .conflicts = any_record,
                          .bypasses = exclusive_record,
                          .covers = set({S_next_key, S_gap, S_record, X_next_key, X_gap, X_record}),
                          .at_supremum = X_supremum,
                          .record_part = X_record,
                          .gap_part = X_gap,
                          .on_insert = X_gap,
                          .on_removal = X_gap};
  m[index(X_gap)] = {.name = "X,GAP",
                     .kind = LockKind::gap,
                     .exclusive = true,
                     .covers = set({S_gap, X_gap}),
                     .at_supremum = X_supremum,
                     .on_insert = X_gap,
                     .on_removal = X_gap};
  m[index(X_record)] = {.name = "X,REC_NOT_GAP",
                        .kind = LockKind::record,
                        .exclusive = true,
                        .conflicts = any_record,
                        .bypasses = exclusive_record,
                        .covers = set({S_record, X_record}),
                        .at_supremum = X_supremum,
                        .on_removal = X_gap};

  // Nobody waits for an insert intention, so no row names it among its conflicts; it covers nothing either.
  m[index(insert_intention)] = {.name = "X,GAP,INSERT_INTENTION",
                                .kind = LockKind::insert_intention,
                                .exclusive = true,
                                .conflicts = any_gap,
                                .at_supremum = insert_intention_supremum};
  m[index(S_supremum)] = {.name = "S",
                          .kind = LockKind::next_key,
                          .covers = set({S_supremum}),
                          .elsewhere = S_next_key,
                          .on_insert = S_gap};
  m[index(X_supremum)] = {.name = "X",
                          .kind = LockKind::next_key,
                          .exclusive = true,
                          .covers = set({S_supremum, X_supremum}),
                          .elsewhere = X_next_key,
                          .on_insert = X_gap};
  m[index(insert_intention_supremum)] = {.name = "X,INSERT_INTENTION",
                                         .kind = LockKind::insert_intention,
                                         .exclusive = true,
                                         .conflicts = set({S_supremum, X_supremum}),
                                         .elsewhere = insert_intention};

  rules.bypass_needs = S_record;  // Trx_locks_cache::has_granted_blocker
  rules.records = {.grants = Grants::heaviest_first, .edge = Edge::granted_first};
  rules.tables = {.grants = Grants::queue_order, .edge = Edge::newest};  // lock_table_other_has_incompatible
  rules.victim = VictimPolicy::lightest_latest;
  return rules;
}

constexpr LockRules make_mariadb() {
  LockRules rules = make_innodb();
  rules.engine = "mariadb";
  // MDEV-34877, can_be_bypassed (lock0types.h): X not on a gap passes any waiting S or X that is not on a gap.
  for (const Mode mode : {X_record, X_next_key}) rules.modes[index(mode)].bypasses = any_record;
  rules.records = {.grants = Grants::queue_order, .edge = Edge::oldest};
  rules.victim = VictimPolicy::lightest_requester;
  return rules;
}

constexpr LockRules make_mariadb1011() {
  LockRules rules = make_mariadb();
  for (const Mode mode : {X_record, X_next_key}) rules.modes[index(mode)].bypasses = 0;
  return rules;
}

constexpr LockRules innodb_value = make_innodb();
constexpr LockRules mariadb_value = make_mariadb();
constexpr LockRules mariadb1011_value = make_mariadb1011();

}  // namespace

const LockRules& innodb_rules() { return innodb_value; }
const LockRules& mariadb_rules() { return mariadb_value; }
const LockRules& mariadb1011_rules() { return mariadb1011_value; }

}  // namespace gridlock::reference
