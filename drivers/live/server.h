#pragma once
/// What differs from server to server: how to connect, and in which words to ask and to be told.
///
/// A Server only says what to ask and reads the replies; it never waits. LiveDriver sends and waits.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/driver.h"
#include "drivers/live/connection.h"
#include "model/sql/ast.h"

namespace gridlock::live {

/// The server's numbers for the connections of the run.
using ConnectionId = std::uint64_t;

/// A lock wait as the server shows it.
struct SeenWait {
  ConnectionId waiter = 0;
  Lock wanted;
  struct By {
    ConnectionId connection = 0;  ///< may be none of the run's
    Lock lock;
    bool hard = true;
    friend bool operator==(const By&, const By&) = default;
  };
  std::vector<By> blockers;  ///< empty: it waits, and the server does not say for whom
  bool ripe = true;          ///< false: too young, the server may not have looked for a deadlock yet
};

struct SeenLock {
  ConnectionId holder = 0;
  Lock lock;
};

/// A place for a run's tables that stands on the server already.
struct Place {
  std::string name;
  bool marked = false;  ///< gridlock made it
  bool in_use = false;  ///< by a run that is under way
};

class Server {
 public:
  virtual ~Server() = default;

  /// Throws EngineLost, without a password.
  virtual std::unique_ptr<Connection> connect() = 0;

  virtual sql::Dialect dialect() const = 0;
  virtual std::string engine() const = 0;  ///< the URL without its password

  // ---- the run's own place: a database (MySQL), a schema (PostgreSQL)

  virtual std::string place_word() const = 0;    ///< `database`, `schema`
  virtual std::string places_query() const = 0;  ///< those that begin with `gridlock_`
  virtual std::vector<Place> read_places(const Reply& reply) const = 0;
  virtual std::string place_query(const std::string& name) const = 0;  ///< like `places_query`, about one
  virtual std::vector<std::string> make_place(const std::string& name, const std::string& mark) const = 0;
  virtual std::string enter_place(const std::string& name) const = 0;
  virtual std::string drop_place(const std::string& name) const = 0;
  virtual std::string after_loading(const std::vector<std::string>& tables) const = 0;  ///< fresh statistics; may be ""

  // ---- sessions

  /// Statements for every connection, before anything else. A refusal of one is an error.
  virtual std::vector<std::string> greeting() const = 0;
  /// Statements for the sessions of the workload that are worth trying: what is lost without each, in words.
  struct Wish {
    std::string sql;
    std::string lost_without;
  };
  virtual std::vector<Wish> wishes() const { return {}; }
  /// A wish was refused.
  virtual void refused(const Wish&) {}
  virtual std::string set_isolation(sql::Isolation isolation) const = 0;
  virtual std::string set_variable(const std::string& name, const std::string& value) = 0;
  /// Whether the refusal of `set_variable` says that the variable is the server's, not the session's: then these two
  /// ask for its value and set it.
  virtual bool is_global(const ServerError& refusal) const = 0;
  virtual std::string global_value(const std::string& name) const = 0;
  virtual std::string set_global(const std::string& name, const std::string& value) const = 0;

  /// The statement in this server's own words, where it says the same in others than its dialect: MariaDB has no
  /// FOR SHARE.
  virtual std::string translated(const std::string& sql) const { return sql; }

  // ---- what a statement came to

  virtual Outcome outcome(const ServerError& error) const = 0;
  /// Whether this outcome ended the transaction.
  virtual bool ends_transaction(Outcome outcome, const ServerError& error) const = 0;

  // ---- looking

  /// Asks who waits; answered in this order. Called before every look.
  virtual std::vector<std::string> waits_queries(const std::vector<ConnectionId>& run) const = 0;
  virtual std::vector<SeenWait> read_waits(const std::vector<Reply>& replies) const = 0;
  /// Two looks closer together than this show the same.
  virtual std::int64_t look_micros() const { return 0; }
  /// Asks for all locks; none: this server does not show them.
  virtual std::vector<std::string> locks_queries(const std::vector<ConnectionId>& run) const = 0;
  virtual std::vector<SeenLock> read_locks(const std::vector<Reply>& replies) const = 0;

  // ---- deadlocks

  /// Asks for the account of the latest deadlock; empty: it stands in the victim's error, or nowhere.
  virtual std::string account_query() const { return {}; }
  virtual DeadlockAccount read_account(const Reply& victims, const Reply& asked) const = 0;
  /// Asks how many deadlocks the server has counted; empty: it does not count.
  virtual std::string count_query() const = 0;
  virtual std::optional<std::uint64_t> read_count(const Reply& reply) const = 0;
  virtual std::string count_name() const = 0;  ///< `lock_deadlocks in innodb_metrics`

  // ---- ending

  virtual std::string kill(ConnectionId connection) const = 0;
  /// How many of the run's connections the server still has.
  virtual std::string alive_query(const std::vector<ConnectionId>& run) const = 0;
};

}  // namespace gridlock::live
