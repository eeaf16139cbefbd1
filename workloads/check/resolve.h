#pragma once
/// The names in one statement that a catalog does not have.
#include <string>
#include <vector>

#include "model/sql/ast.h"
#include "workloads/check/catalog.h"

namespace gridlock::check {

struct UnknownName {
  sql::Span span;  ///< in the text that the statement was parsed from
  std::string message;
  std::string hint;
};

/// Tables and columns that are not there, and value lists that are longer or shorter than their column list. What
/// cannot be judged for certain (views, system tables, columns of a table that is not known) is passed over.
std::vector<UnknownName> unknown_names(const sql::Statement& statement, const Catalog& catalog);

}  // namespace gridlock::check
