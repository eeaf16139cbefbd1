#pragma once
/// Transactions as texts, what each of them locks when it runs alone, and stories made of them again.
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "analyzer/order_graph.h"
#include "analyzer/statement_log.h"
#include "model/problem.h"
#include "workloads/workload.h"

namespace gridlock {

struct NamedTransaction {
  std::string name;
  std::string isolation;                ///< empty: the engine's own
  std::vector<std::string> statements;  ///< parameters bound; without BEGIN and COMMIT
};

struct TransactionTexts {
  std::string schema;  ///< SQL that makes and fills the tables
  std::string dialect;
  std::vector<NamedTransaction> transactions;  ///< each kind once: alike ones differ only in literals
};

/// A story's sessions, or one of each transaction type of a storm.
TransactionTexts texts_of(const Workload& workload, const std::string& dialect);

/// Of a log; rows that its statements look for by a key, and that the schema does not make, are made.
TransactionTexts texts_of(const std::vector<LoggedTransaction>& logged, const std::string& schema,
                          const std::string& dialect);

struct LockOrders {
  std::vector<LockOrder> orders;  ///< by transaction
  Problems problems;
};

/// Each transaction is played alone, and what it holds after each statement is noted.
LockOrders lock_orders(const TransactionTexts& texts, const std::string& engine);

/// The ring's transactions as a story, each party a session (`p1`, `p2`, ...), with keys changed so that their rows
/// meet.
std::string story_of(const PotentialDeadlock& ring, const TransactionTexts& texts);
std::string step_name(std::size_t party, std::size_t statement);

/// The deadlock's waiting steps are the ring's, whichever execution of a transaction they are of.
bool waits_alike(const std::set<std::string>& found, const std::set<std::string>& expected,
                 const PotentialDeadlock& ring, const TransactionTexts& texts);

}  // namespace gridlock
