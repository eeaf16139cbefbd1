#pragma once
/// The tables that a workload's schema makes, as far as names go: enough to notice a misspelt table or column.
#include <string>
#include <string_view>
#include <vector>

#include "drivers/driver.h"

namespace gridlock::check {

struct Table {
  std::string name;
  std::vector<std::string> columns;
  bool complete = true;  ///< false: a statement changed it in a way that was not understood
};

class Catalog {
 public:
  /// Takes note of CREATE, ALTER and DROP TABLE. A statement that is not understood makes the catalog incomplete.
  void apply(const sql::Statement& statement);

  /// Null when there is none. Names in any case.
  const Table* find(std::string_view name) const;

  std::vector<std::string> table_names() const;

  /// False: there may be tables that this catalog does not know.
  bool complete() const { return complete_; }

 private:
  Table* find_mutable(std::string_view name);

  std::vector<Table> tables_;
  bool complete_ = true;
};

}  // namespace gridlock::check
