#pragma once
/// One connection to a server, which never blocks: a statement is sent, and whoever waits for its end watches a file
/// descriptor. What the server refuses is a reply; a connection that is lost is an EngineLost exception.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/event.h"

namespace gridlock::live {

struct Reply {
  std::vector<std::vector<Value>> rows;
  std::int64_t affected = 0;         ///< rows written, as the server counts them
  std::optional<ServerError> error;  ///< the server refused the statement
  std::string account;               ///< the whole text of the error, where it says more than `error` (PostgreSQL)
};

class Connection {
 public:
  virtual ~Connection() = default;

  /// Sends one statement. REQUIRES: the reply to the one before was taken.
  virtual void send(const std::string& sql) = 0;

  /// Sends BEGIN and, without waiting for its reply, a statement: `take` gives the statement's reply. False where the
  /// protocol cannot; then nothing was sent.
  virtual bool send_in_new_transaction(const std::string& begin, const std::string& sql) {
    return begin.empty() && sql.empty();
  }

  /// Whether the reply came before `send` returned: then there may be nothing left to watch for.
  virtual bool complete() const { return false; }

  /// What to watch, as poll(2) and epoll(7) call it. May change whenever `send` or `advance` was called.
  virtual int fd() const = 0;
  virtual bool wants_to_write() const { return false; }

  /// Goes on with what is there to read. True when the reply is complete.
  virtual bool advance() = 0;

  /// REQUIRES: `advance` said true.
  virtual Reply take() = 0;

  /// The server's number for this connection.
  virtual std::uint64_t id() const = 0;

  /// Asks the server to give up the statement under way; from its own side, so that a busy connection can be closed.
  virtual void cancel() = 0;
};

}  // namespace gridlock::live
