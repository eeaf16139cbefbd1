#pragma once
/// The rules: each knows one pattern of deadlock. One function, one line of the table in rules.cpp, one page in
/// docs/rules.
#include <optional>
#include <span>
#include <string_view>

#include "analyzer/analyzer.h"
#include "analyzer/rules/scene.h"

namespace gridlock::rules {

struct Rule {
  std::string_view id;
  /// The diagnosis, if the deadlock is of this pattern. `pattern` is filled in by the caller.
  std::optional<Diagnosis> (*judge)(const Scene& scene);
};

/// In the order in which they are asked: the first that knows a deadlock names it.
std::span<const Rule> all();

std::optional<Diagnosis> advisory_lock_order(const Scene& scene);
std::optional<Diagnosis> auto_increment(const Scene& scene);
std::optional<Diagnosis> ddl_against_dml(const Scene& scene);
std::optional<Diagnosis> delete_then_insert(const Scene& scene);
std::optional<Diagnosis> duplicate_check_gap(const Scene& scene);
std::optional<Diagnosis> duplicate_inserts(const Scene& scene);
std::optional<Diagnosis> failed_duplicate_insert(const Scene& scene);
std::optional<Diagnosis> foreign_key_parent(const Scene& scene);
std::optional<Diagnosis> galera_conflict(const Scene& scene);
std::optional<Diagnosis> gap_against_row(const Scene& scene);
std::optional<Diagnosis> gap_then_insert(const Scene& scene);
std::optional<Diagnosis> get_lock_order(const Scene& scene);
std::optional<Diagnosis> insert_select(const Scene& scene);
std::optional<Diagnosis> lock_ring(const Scene& scene);
std::optional<Diagnosis> no_usable_index(const Scene& scene);
std::optional<Diagnosis> opposite_order(const Scene& scene);
std::optional<Diagnosis> own_lock_behind_waiter(const Scene& scene);
std::optional<Diagnosis> secondary_against_primary(const Scene& scene);
std::optional<Diagnosis> shared_to_exclusive(const Scene& scene);
std::optional<Diagnosis> table_lock_upgrade(const Scene& scene);
std::optional<Diagnosis> tuple_queue(const Scene& scene);
std::optional<Diagnosis> unique_insert_order(const Scene& scene);
std::optional<Diagnosis> update_into_gap(const Scene& scene);
std::optional<Diagnosis> upsert_gap(const Scene& scene);

/// When no rule knows it: the cycle, plainly.
Diagnosis unknown(const Scene& scene);

}  // namespace gridlock::rules
