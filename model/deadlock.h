#pragma once
/// A deadlock: a cycle of parties, each waiting for the next. The same value whether a run, a trace or a log told it.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/event.h"
#include "model/lock.h"

namespace gridlock {

/// A statement that a party ran, and the locks it got by it, as far as they are known.
struct PastStatement {
  std::string step;
  std::string sql;
  friend bool operator==(const PastStatement&, const PastStatement&) = default;
};

struct Party {
  std::string name;                    ///< session or transaction name; from a log `transaction 4711` or `process 12`
  std::string transaction_id;          ///< empty when not known
  std::string thread_or_pid;           ///< empty when not known
  std::string user;                    ///< `app@host`, empty when not known
  std::string isolation;               ///< empty when not known
  std::string step;                    ///< the step that waits; empty in a log
  std::string statement;               ///< the statement that waits; empty when not known
  std::vector<PastStatement> earlier;  ///< of the same transaction, oldest first; empty in a log
  std::optional<Lock> waits_for;
  std::vector<Lock> holds;                    ///< the lock that blocks the predecessor first
  std::vector<std::size_t> blocked_by;        ///< indices into the parties; more than one when several are in the way
  bool hard = true;                           ///< false: the next party only stands ahead in the queue
  std::optional<std::uint64_t> undo_entries;  ///< rows written, when known (weight)
  std::optional<std::uint64_t> lock_structs;  ///< lock structures held, when known (weight)
  friend bool operator==(const Party&, const Party&) = default;
};

/// One step of a schedule: whose, and which.
struct ScheduledStep {
  std::string session;
  std::string step;
  std::string sql;
  Outcome outcome = Outcome::done;  ///< `waits` for a step that began to wait here
  friend bool operator==(const ScheduledStep&, const ScheduledStep&) = default;
};

/// Invariant: told from its smallest session (by name; from a log by transaction id or pid), so that two tellings of
/// one cycle compare equal. `parties[i]` waits for `parties[i + 1]`, the last for the first: `canonical` makes it so.
struct Deadlock {
  std::vector<Party> parties;
  std::optional<std::size_t> victim;  ///< index into parties
  Proof proof = Proof::reported;
  bool limit_reached = false;  ///< the search was cut: there may be more parties
  std::string engine;          ///< "innodb", "mariadb", "postgres"
  std::string first_seen;      ///< the source's own time text, empty when it has none
  std::string last_seen;
  std::uint64_t count = 1;              ///< how many alike were seen
  std::vector<ScheduledStep> schedule;  ///< what led there, oldest first
  std::string where;                    ///< `file:line` of a log; empty for a run
  std::vector<std::string> notes;       ///< what is doubtful or missing, in words
  friend bool operator==(const Deadlock&, const Deadlock&) = default;
};

/// The same deadlock told from its smallest party.
Deadlock canonical(Deadlock deadlock);

}  // namespace gridlock
