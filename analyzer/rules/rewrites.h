#pragma once
/// The user's own statements, changed.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/analyzer.h"
#include "analyzer/rules/scene.h"

namespace gridlock::rules {

/// `SELECT ... FOR UPDATE` from a SELECT with a weaker clause or none.
std::optional<std::string> locking_read(const Act& select, const std::string& clause);

/// `INSERT ... ON DUPLICATE KEY UPDATE` (or `ON CONFLICT`) from an INSERT. `key` is the column that decides whether the
/// row is there, as far as it is known; `update` an UPDATE of the same transaction whose SET can be taken over.
std::optional<std::string> upsert_of(const Act& insert, const std::string& key, const Act* update, const Scene& scene);

/// `CREATE INDEX i ON t (a, b)` for the columns that the statement's WHERE compares; nothing when it compares none.
std::optional<std::string> index_for(const Act& act);

/// `SELECT id FROM t WHERE id IN (1, 2) ORDER BY id FOR UPDATE`: the rows that the actor holds and wants, at once and
/// in key order.
std::optional<std::string> lock_both_rows(const Scene& scene, std::size_t i);

/// For each party that locks the larger key first: its two statements, and the same in key order.
std::vector<Advice::Rewrite> in_key_order(const Scene& scene);

/// What the actor locks first and second, in words, when that goes against the order of the keys.
std::optional<std::pair<std::string, std::string>> against_key_order(const Scene& scene, std::size_t i);

/// The rows of a multi-row INSERT in the order of their first column; nothing when they are already, or when there is
/// one.
std::optional<std::string> sorted_rows(const Act& insert);

/// The column of a key that a locking read or write asks for: `id` of `WHERE id = 33`; empty when not known.
std::string key_column(const Act& act, const Lock* lock);

}  // namespace gridlock::rules
