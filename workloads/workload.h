#pragma once
/// A workload: what shall happen. The value that a YAML file is loaded into; no file and no engine is behind it.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "drivers/driver.h"
#include "model/problem.h"
#include "model/value.h"

namespace gridlock {

/// How a parameter, a generated column or a think time gets its value.
struct Uniform { Value low, high; };               ///< both ends included
struct Zipfian { std::int64_t low = 1, high = 1; double theta = 0.99; };
struct Sequence { std::int64_t start = 1, step = 1; bool per_session = false; };
struct OneOf { std::vector<Value> values; std::vector<double> weights; };  ///< no weights: each alike
struct Normal { double mean = 0, deviation = 1; std::optional<double> low, high; };
struct Constant { Value value; };
struct Pattern { std::string text; };  ///< text with `{n}` for the row or draw number and `{other}` for another parameter
using Distribution = std::variant<Constant, Uniform, Zipfian, Sequence, OneOf, Normal, Pattern>;

struct Parameter {
  std::string name;
  Distribution distribution;
  std::optional<std::string> distinct_from;  ///< draw again while equal to this parameter
  Where where;
};

/// One step: a statement, a pause, or a loop.
struct Step {
  std::string name;  ///< from the file in a story; `1`, `2`, ... in a transaction type
  Where where;
  std::shared_ptr<const Prepared> statement;              ///< set for a statement
  std::map<std::string, std::shared_ptr<const Prepared>> per_engine;  ///< "mysql" / "postgres" override
  std::vector<std::string> into;                          ///< names that get the first row's columns, as parameters
  std::optional<Distribution> think;                      ///< set for a pause; microseconds
  struct Loop {                                           ///< set for a loop
    std::int64_t times = 1;
    std::vector<Parameter> params;                        ///< drawn anew each round
    std::vector<Step> steps;
  };
  std::shared_ptr<const Loop> loop;
};

struct TransactionType {
  std::string name;
  Where where;
  std::optional<sql::Isolation> isolation;
  std::vector<Parameter> params;
  std::vector<Step> steps;
  bool autocommit = false;  ///< no BEGIN and COMMIT around the steps
};

struct Backoff {
  Time first{10'000};
  double factor = 2;
  Time max{1'000'000};
  enum class Jitter : std::uint8_t { none, full, equal } jitter = Jitter::none;
};

struct RetryPolicy {
  std::vector<Outcome> on;  ///< deadlock, lock_timeout, serialization_failure
  int attempts = 1;         ///< in all, the first included
  Backoff backoff;
};

/// The storm form: so many sessions run so many transactions.
struct SessionGroup {
  std::string name;
  Where where;
  std::vector<std::pair<std::string, double>> run;  ///< transaction types with their weights
  std::uint32_t count = 1;
  std::optional<std::uint64_t> times;      ///< transactions per session
  std::optional<Time> duration;
  std::optional<Distribution> think;       ///< between transactions
  std::map<std::string, std::string> settings;
};

/// The story form: a named session and its named steps.
struct StorySession {
  std::string name;
  Where where;
  std::optional<sql::Isolation> isolation;
  std::map<std::string, std::string> settings;
  std::vector<Step> steps;
};

struct Story {
  std::vector<StorySession> sessions;
  std::vector<std::vector<std::string>> orders;  ///< step names; one order, in file order, when the file has none
};

struct Storm {
  std::vector<TransactionType> transactions;
  std::vector<SessionGroup> groups;
};

struct Invariant {
  std::string query;
  Where where;
  std::optional<Value> equals;
  std::optional<Value> at_least;
  std::optional<Value> at_most;
};

struct Expectation {
  Where where;
  std::optional<std::int64_t> deadlocks;       ///< exactly
  std::optional<std::int64_t> deadlocks_at_most, deadlocks_at_least;
  std::optional<std::int64_t> lock_timeouts;
  std::map<std::string, std::vector<Outcome>> outcomes;  ///< story: step name -> what it comes to (`waits` counts)
  std::vector<Invariant> invariants;
};

struct GeneratedTable {
  std::string table;
  Where where;
  std::int64_t rows = 0;
  std::vector<std::pair<std::string, Distribution>> columns;
};

struct Workload {
  std::string file;
  std::string name;
  std::string description;
  std::uint64_t seed = 1;
  std::map<std::string, std::vector<std::shared_ptr<const Prepared>>> schema;  ///< by dialect: "any", "mysql", "postgres"
  std::map<std::string, std::string> schema_text;
  std::vector<GeneratedTable> data;
  std::map<std::string, std::map<std::string, std::string>> settings;  ///< by dialect, as `schema`
  std::variant<Story, Storm> play;
  RetryPolicy retry;
  Expectation expect;
};

}  // namespace gridlock
