#pragma once
/// Asking a server and waiting for the answer: for everything that is not the workload itself.
#include <string>
#include <vector>

#include "drivers/live/connection.h"

namespace gridlock::live {

/// Sends and waits. The server's refusal is in the reply.
Reply ask(Connection& connection, const std::string& sql);

/// Several, one after the other, without waiting for any of them: the caller's loop calls `advance` when the connection
/// has something to say.
class Inquiry {
 public:
  void begin(Connection& connection, std::vector<std::string> queries);

  bool under_way() const { return next_ <= queries_.size() && !queries_.empty(); }

  /// True when the last reply has come; `replies` has them all, up to the first refusal.
  bool advance(Connection& connection);

  /// REQUIRES: `advance` said true.
  std::vector<Reply> take();

 private:
  std::vector<std::string> queries_;
  std::vector<Reply> replies_;
  std::size_t next_ = 0;  ///< the query to send next
};

}  // namespace gridlock::live
