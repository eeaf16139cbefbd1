#include "analyzer/rules/rules.h"

#include <array>

namespace gridlock::rules {
namespace {

// The narrower before the wider: a rule may rely on those above it having said no.
constexpr std::array table{
    Rule{"galera-conflict", galera_conflict},
    Rule{"get-lock-order", get_lock_order},
    Rule{"advisory-lock-order", advisory_lock_order},
    Rule{"auto-increment", auto_increment},
    Rule{"ddl-against-dml", ddl_against_dml},
    Rule{"table-lock-upgrade", table_lock_upgrade},
    Rule{"tuple-queue", tuple_queue},
    Rule{"insert-select", insert_select},
    Rule{"foreign-key-parent", foreign_key_parent},
    Rule{"duplicate-check-gap", duplicate_check_gap},
    Rule{"delete-then-insert", delete_then_insert},
    Rule{"upsert-gap", upsert_gap},
    Rule{"duplicate-inserts", duplicate_inserts},
    Rule{"update-into-gap", update_into_gap},
    Rule{"gap-then-insert", gap_then_insert},
    Rule{"own-lock-behind-waiter", own_lock_behind_waiter},
    Rule{"failed-duplicate-insert", failed_duplicate_insert},
    Rule{"shared-to-exclusive", shared_to_exclusive},
    Rule{"unique-insert-order", unique_insert_order},
    Rule{"no-usable-index", no_usable_index},
    Rule{"secondary-against-primary", secondary_against_primary},
    Rule{"opposite-order", opposite_order},
    Rule{"lock-ring", lock_ring},
    Rule{"gap-against-row", gap_against_row},
};

}  // namespace

std::span<const Rule> all() { return table; }

}  // namespace gridlock::rules
