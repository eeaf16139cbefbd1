#pragma once
/// The one door to an engine: reference or live.
///
/// Three verbs play a workload: `start` returns at once; `settle` returns when every session has ended its step or
/// stands in a lock queue (a step is over when it ends *or is seen waiting*, the isolation tester's rule);
/// `observe` says what happened since last asked. Only the runner calls a driver, from one thread.
/// What the database did (deadlock, timeout, error) is an Outcome in an event. What the world did (connection lost)
/// is an EngineLost exception.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/event.h"
#include "model/problem.h"
#include "model/sql/ast.h"

namespace gridlock {

/// The engine could not be reached or was lost. `what()` never carries a password.
struct EngineLost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A statement of the workload, parsed once and played many times.
struct Prepared {
  std::string text;                     ///< as the user wrote it, `:parameters` included
  std::vector<std::string> parameters;  ///< their names, in order of first appearance
  sql::Statement statement;             ///< parsed; `Unknown` where no rule knows it
  Where where;                          ///< in the workload file, for problems
  /// By table: the index to read it by, `scan` for the whole table, `scan NAME` for a whole index. A reference engine
  /// obeys; a live one chooses for itself.
  std::map<std::string, std::string> access;
};

/// One execution of a statement.
struct Call {
  SessionId session = 0;
  std::string step;
  std::string transaction;  ///< name of the transaction type; in a story the session's name
  std::shared_ptr<const Prepared> statement;
  std::vector<Value> parameters;  ///< values for `statement->parameters`, same order
};

struct SessionSetup {
  std::string name;
  std::optional<sql::Isolation> isolation;      ///< none: the engine's default
  std::map<std::string, std::string> settings;  ///< `innodb_lock_wait_timeout: 5`, in the engine's own words
};

/// Rows to load after the schema, made by the workload's `data:`.
struct TableData {
  std::string table;
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
};

struct Setup {
  std::string workload;
  std::uint64_t seed = 0;
  std::vector<std::shared_ptr<const Prepared>> schema;  ///< statements that make and fill the tables
  std::vector<TableData> data;
  std::vector<SessionSetup> sessions;
  std::map<std::string, std::string> settings;  ///< for the whole engine: `innodb_deadlock_detect: off`
  bool locks = false;                           ///< emit LocksState events after every settle
};

/// How long `settle` goes on.
struct Patience {
  enum class Until : std::uint8_t {
    all,  ///< every session has ended its step or stands in a lock queue, and no queue can move
    any,  ///< at least one session has ended its step, or `deadline` is reached
  } until = Until::all;
  std::optional<Time> deadline;  ///< return by then at the latest; virtual time may be advanced up to it
};

/// What the server itself counted while the driver was open, to hold the events against.
struct DeadlockCount {
  std::uint64_t deadlocks = 0;
  std::string source;  ///< the counter's own name: `lock_deadlocks of information_schema.innodb_metrics`
};

class Driver {
 public:
  virtual ~Driver() = default;

  /// Makes tables, data and sessions. Problems are the user's (a statement this engine cannot play, a bad setting).
  virtual Problems open(const Setup& setup) = 0;

  /// Sends a statement. REQUIRES: the session's previous step has ended (see `busy`).
  /// Problems found only now (a table that does not exist) are outcomes, as on a live server.
  virtual void start(const Call& call) = 0;

  virtual void settle(Patience patience) = 0;

  /// Events since last asked, in the order in which they happened.
  virtual std::vector<Event> observe() = 0;

  /// True while the session's step has not ended.
  virtual bool busy(SessionId session) const = 0;

  /// The time now; a reference engine's moves only by `settle` and `sleep_until`.
  virtual Time now() const = 0;

  /// Lets time pass (think time, backoff) until `time`, or until a busy session's step ends, whichever comes first.
  virtual void sleep_until(Time time) = 0;

  /// Runs a query outside of every session, for invariants. REQUIRES: no session is busy.
  virtual std::vector<std::vector<Value>> query(const std::string& sql) = 0;

  /// `reference:innodb`, or the URL without its password.
  virtual std::string name() const = 0;
  virtual std::string version() const = 0;

  /// Ends every session (rolling back) and removes what `open` made.
  virtual void close() = 0;

  /// The server's own count of deadlocks, of all runs from `open` to `close` so far. None: it does not count, or does
  /// not say. Counts what others did on the server, too.
  virtual std::optional<DeadlockCount> counted() const { return std::nullopt; }

  /// What this engine did not let us see or do, and what is lost by it; what was left on it. One sentence each.
  virtual std::vector<std::string> notes() const { return {}; }
};

}  // namespace gridlock
