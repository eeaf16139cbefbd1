#pragma once
/// A statement as the rules see it: what it does, to which table, to which rows.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/sql/ast.h"

namespace gridlock::rules {

enum class Verb : std::uint8_t {
  unknown,
  select,       // without a locking clause
  lock_share,   // SELECT ... FOR SHARE, FOR KEY SHARE, LOCK IN SHARE MODE
  lock_update,  // SELECT ... FOR UPDATE, FOR NO KEY UPDATE
  insert,       // VALUES
  insert_select,
  upsert,  // ON DUPLICATE KEY UPDATE, ON CONFLICT DO UPDATE
  replace,
  update,
  remove,  // DELETE
  lock_table,
  define,  // DDL, TRUNCATE
};

/// `column op literal` of a WHERE clause: `id = 1`, `v BETWEEN 10 AND 20`, `n IN (1, 2)`.
struct Comparison {
  std::string column;
  sql::Op op = sql::Op::equal;  ///< `between` is greater_equal, with two values; IN is equal, with several
  std::vector<Value> values;
};

struct Act {
  std::string step;
  std::string sql;
  Verb verb = Verb::unknown;
  std::string table;                ///< the table that it writes or locks first, without a schema; empty when not known
  std::vector<std::string> tables;  ///< all tables that it names, that one included
  bool has_where = false;
  std::vector<Comparison> where;         ///< comparisons with literals that all have to hold
  bool skips_locked = false;             ///< SKIP LOCKED or NOWAIT
  std::optional<sql::Statement> parsed;  ///< nothing when the parser cannot read it: a log may cut statements

  bool writes() const;   ///< changes rows
  bool inserts() const;  ///< may add rows
  bool names(std::string_view table_name) const;
};

/// Reads a statement; what the parser cannot read is told from its first words.
Act act_of(const std::string& step, const std::string& sql, sql::Dialect dialect);

/// Whether a row with this first key value can be among those that the WHERE clause asks for by `column`.
bool asks_for(const Comparison& comparison, const Value& value);

}  // namespace gridlock::rules
