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

/// How a parameter, a generated column or a think time gets its value. Times are whole microseconds.
struct Uniform {
  Value low, high;  ///< both ends included, both of one kind: integers, decimals, reals, dates
};
struct Zipfian {
  std::int64_t low = 1, high = 1;  ///< `low` is the most frequent
  double theta = 0.99;             ///< skew, between 0 and 1, both excluded
};
struct Sequence {
  std::int64_t start = 1, step = 1;
  bool per_session = false;  ///< false: one sequence that all sessions draw from
};
struct OneOf {
  std::vector<Value> values;
  std::vector<double> weights;  ///< as many as values, or none: each alike
};
struct Normal {
  double mean = 0, deviation = 1;
  std::optional<double> low, high;  ///< drawn again while outside
  std::int8_t scale = 0;            ///< digits after the point of what is drawn; 0 gives integers
};
struct Constant {
  Value value;
};
struct Pattern {
  std::string text;  ///< text with `{n}` for the row or draw number and `{other}` for another parameter or column
};
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
  std::shared_ptr<const Prepared> statement;  ///< set for a statement
  std::map<std::string, std::shared_ptr<const Prepared>>
      per_engine;                 ///< "mysql" / "postgres" override; null: leave out
  std::vector<std::string> into;  ///< names that get the first row's columns, as parameters
  Where into_where;
  std::optional<Distribution> think;  ///< set for a pause; microseconds
  struct Loop {                       ///< set for a loop
    std::int64_t times = 1;
    std::vector<Parameter> params;  ///< drawn anew each round
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

/// Variables in the engine's own words, by name, and where the file says each.
using Settings = std::map<std::string, std::string>;
using SettingPlaces = std::map<std::string, Where>;

/// When a group's transactions are to begin, whether or not earlier ones have ended (an open loop). Each session has
/// its share of the schedule: session i of n begins at i/rate, then every n/rate.
struct Rate {
  double per_second = 1;  ///< of the whole group
  enum class Arrivals : std::uint8_t {
    even,    ///< as a metronome
    random,  ///< exponential gaps: a Poisson process, as independent users make it
  } arrivals = Arrivals::even;
};

/// The storm form: so many sessions run so many transactions.
struct SessionGroup {
  std::string name;
  Where where;
  std::vector<std::pair<std::string, double>> run;  ///< transaction types with their weights
  std::uint32_t count = 1;
  std::optional<std::uint64_t> times;       ///< transactions per session, those of the warm-up not counted
  std::optional<Time> duration;             ///< no transaction begins later than this after the warm-up
  std::optional<Rate> rate;                 ///< none: a session begins when its last transaction has ended
  Time ramp;                                ///< the sessions begin spread over so long
  std::optional<sql::Isolation> isolation;  ///< of the transaction types that say none
  std::optional<Distribution> think;        ///< between transactions
  Settings settings;
  SettingPlaces settings_where;
};

/// The story form: a named session and its named steps.
struct StorySession {
  std::string name;
  Where where;
  std::optional<sql::Isolation> isolation;
  Settings settings;
  SettingPlaces settings_where;
  std::vector<Step> steps;
};

struct Story {
  std::vector<StorySession> sessions;
  std::vector<std::vector<std::string>> orders;  ///< step names; one order, in file order, when the file has none
};

struct Storm {
  std::vector<TransactionType> transactions;  ///< an inline list of steps is one, named as its group
  std::vector<SessionGroup> groups;
  Time warm_up;  ///< what happens in so long from the beginning is not measured
};

struct Invariant {
  std::string query;
  Where where;
  std::optional<Value> equals;
  std::optional<Value> at_least;
  std::optional<Value> at_most;
};

/// How often something may happen. Nothing set: as it comes.
struct Bounds {
  Where where;
  std::optional<std::int64_t> exactly, at_least, at_most;
};

/// Story: what a step comes to. A step that waits comes to two outcomes, `waits` and how it ended.
struct ExpectedOutcome {
  Where where;
  std::vector<Outcome> outcomes;  ///< these, in this order; others may stand between
};

struct Expectation {
  Where where;
  Bounds deadlocks, lock_timeouts, serialization_failures, committed, failed;
  std::map<std::string, ExpectedOutcome> outcomes;  ///< by step name; holds for every order
  std::vector<Invariant> invariants;
};

struct GeneratedColumn {
  std::string name;
  Distribution distribution;
  Where where;
};

struct GeneratedTable {
  std::string table;
  Where where;
  std::int64_t rows = 0;
  std::vector<GeneratedColumn> columns;
};

struct Workload {
  std::string file;
  std::string name;
  std::string description;
  std::uint64_t seed = 1;
  std::map<std::string, std::vector<std::shared_ptr<const Prepared>>>
      schema;  ///< by dialect: "any", "mysql", "postgres"
  std::map<std::string, std::string> schema_text;
  std::vector<GeneratedTable> data;
  std::map<std::string, Settings> settings;             ///< by dialect, as `schema`
  std::map<std::string, SettingPlaces> settings_where;  ///< by dialect
  std::variant<Story, Storm> play;
  RetryPolicy retry;
  Expectation expect;

  bool is_story() const { return std::holds_alternative<Story>(play); }
};

/// The statements that make the tables where `dialect` ("mysql", "postgres") is spoken: those for any, then its own.
std::vector<std::shared_ptr<const Prepared>> schema_for(const Workload& workload, const std::string& dialect);

/// Their text.
std::string schema_text_for(const Workload& workload, const std::string& dialect);

/// The settings for the engine, those of its dialect winning.
Settings settings_for(const Workload& workload, const std::string& dialect);

/// Where the file says them.
SettingPlaces settings_where_for(const Workload& workload, const std::string& dialect);

}  // namespace gridlock
