#pragma once
/// What happened to sessions and their locks while a workload ran, in the order in which it was seen.
///
/// Events carry state, not change: "2 now waits for {1 hard, 3 soft}" replaces whatever was said of 2 before, so a
/// repeated or a missed observation heals itself.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/lock.h"

namespace gridlock {

/// Sessions are numbered from 0 in the order of the workload. The trace's header gives their names.
using SessionId = std::uint32_t;

/// Time since the run began. Virtual on a reference engine, monotonic wall time on a live one.
struct Time {
  std::int64_t micros = 0;
  friend auto operator<=>(Time, Time) = default;
};

/// What a step can come to.
enum class Outcome : std::uint8_t { done, waits, deadlock, lock_timeout, serialization_failure, error, skipped };

std::string_view to_string(Outcome outcome);  ///< the contract's words: "done", "lock timeout", ...
std::optional<Outcome> outcome(std::string_view word);

/// The server's answer to a statement that it refused.
struct ServerError {
  std::string code;  ///< MySQL's number ("1062") or the SQLSTATE ("23505")
  std::string message;
  friend bool operator==(const ServerError&, const ServerError&) = default;
};

/// A statement was sent.
struct StatementStarted {
  std::string step;         ///< the step's name, unique in its session's current transaction instance
  std::string sql;          ///< parameters bound
  std::string transaction;  ///< name of the transaction type (storm) or of the session (story)
  friend bool operator==(const StatementStarted&, const StatementStarted&) = default;
};

/// A statement ended. REQUIRES: outcome is not `waits`.
struct StatementEnded {
  std::string step;
  Outcome outcome = Outcome::done;
  std::optional<ServerError> error;
  std::int64_t affected = 0;             ///< rows written
  std::vector<std::vector<Value>> rows;  ///< rows returned
  friend bool operator==(const StatementEnded&, const StatementEnded&) = default;
};

/// One reason why a session cannot go on.
struct Blocker {
  SessionId session = 0;
  Lock lock;         ///< the lock (held, or waiting ahead in the queue) that is in the way
  bool hard = true;  ///< true: it holds the lock; false (soft): it only stands ahead in the queue
  friend bool operator==(const Blocker&, const Blocker&) = default;
};

/// Whom the session waits for, now. No blockers: it waits no longer.
struct WaitState {
  std::string step;
  Lock wanted;
  std::vector<Blocker> blockers;
  friend bool operator==(const WaitState&, const WaitState&) = default;
};

/// All locks that the session holds or waits for, now, in the order of acquisition.
struct LocksState {
  std::vector<Lock> locks;
  friend bool operator==(const LocksState&, const LocksState&) = default;
};

/// The session's transaction, now. `id` is empty when none is open.
struct TransactionState {
  std::string id;
  std::string isolation;
  enum class Ended : std::uint8_t { no, committed, rolled_back } ended = Ended::no;
  friend bool operator==(const TransactionState&, const TransactionState&) = default;
};

/// Where a deadlock's account comes from, best first.
enum class Proof : std::uint8_t { reported, observed, inferred };
std::string_view to_string(Proof proof);
std::optional<Proof> proof(std::string_view word);

/// A deadlock was found and one session sacrificed. `cycle[i]` waits for `cycle[i+1]`, the last for the first.
/// What each waited for and held is in the WaitState and LocksState events just before; an engine that can, gives them.
struct DeadlockFound {
  struct Member {
    SessionId session = 0;
    std::string transaction_id;
    std::string step;
    Lock waits_for;
    std::vector<Lock> holds;  ///< what it holds, the lock in its predecessor's way first
    friend bool operator==(const Member&, const Member&) = default;
  };
  std::vector<Member> cycle;
  SessionId victim = 0;
  Proof proof = Proof::reported;
  friend bool operator==(const DeadlockFound&, const DeadlockFound&) = default;
};

/// The session has a connection of a live server, and this is the server's number for it: MySQL's connection id,
/// PostgreSQL's backend process id. The server's own accounts call sessions so.
struct Connected {
  std::string connection;
  friend bool operator==(const Connected&, const Connected&) = default;
};

/// The session was told that it is a deadlock's victim, and this is what the server itself has to say about it, word
/// for word. One for each victim, just before its statement's end. The text is empty where the server gives no account,
/// and may be of another deadlock (InnoDB shows only the latest): whoever reads it has to look whom it names.
struct DeadlockAccount {
  enum class Source : std::uint8_t {
    none,           ///< there is no text: no privilege, or a server that keeps no account
    innodb_status,  ///< LATEST DETECTED DEADLOCK of SHOW ENGINE INNODB STATUS, read at once
    client_error,   ///< the error message with its DETAIL (PostgreSQL)
  } source = Source::none;
  std::string text;
  friend bool operator==(const DeadlockAccount&, const DeadlockAccount&) = default;
};

struct Event {
  Time at;
  SessionId session = 0;
  std::variant<StatementStarted, StatementEnded, WaitState, LocksState, TransactionState, DeadlockFound, Connected,
               DeadlockAccount>
      what;
  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace gridlock
