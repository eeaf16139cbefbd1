#pragma once
/// Where deadlocks happen most: tables, indexes, and pairs of statements, over all shapes.
#include <cstdint>
#include <string>
#include <vector>

#include "cli/report/report.h"

namespace gridlock::report {

struct Often {
  std::string what;
  std::uint64_t count = 0;  ///< deadlocks in which it takes part
};

struct Top {
  std::vector<Often> tables, indexes;  ///< `accounts`, `accounts.PRIMARY`; the most frequent first, ten at most
  std::vector<Often> statement_pairs;  ///< two statements that wait for each other, without their literals
};

Top top_of(const Analysis& analysis);

}  // namespace gridlock::report
