#pragma once
/// The words of SQL: which are reserved in which dialect, and which can begin a statement.
/// Sources: MySQL 9 manual 11.3 "Keywords and Reserved Words"; PostgreSQL 15 manual, appendix C.
#include <string>
#include <string_view>
#include <vector>

#include "model/sql/ast.h"

namespace gridlock::sql {

/// ASCII only; other bytes stay.
std::string upper_case(std::string_view word);

/// Cannot be a name without quotes. In `either`: reserved in both dialects.
bool is_reserved(std::string_view word, Dialect dialect);

/// Cannot be an alias without AS: reserved, or the beginning of a clause.
bool ends_alias(std::string_view word, Dialect dialect);

/// FROM, WHERE, AND and their like: something is missing where they stand in the place of a name.
bool begins_clause(std::string_view word);

/// A reserved word that names a function all the same: LEFT(x, 1), IF(a, b, c).
bool is_callable(std::string_view word);

/// Has a meaning in statements (reserved or not): written in capitals in fingerprints.
bool is_keyword(std::string_view word);

/// VIEW, DATABASE, ...: what CREATE, DROP and ALTER make and change besides tables and indexes.
bool is_other_kind(std::string_view word);

/// DAY, HOUR_MINUTE, ...: what stands behind the number of an INTERVAL.
bool is_interval_unit(std::string_view word);

/// Words that begin an action of ALTER TABLE, table options included.
bool begins_alter_action(std::string_view word);

/// Options behind CREATE TABLE (...) in MySQL and MariaDB, for "did you mean".
const std::vector<std::string>& table_option_words();

/// Words that begin statements which the parser reads.
const std::vector<std::string>& statement_words();

/// Words that begin statements of either dialect which the parser does not read.
bool begins_other_statement(std::string_view word);

}  // namespace gridlock::sql
