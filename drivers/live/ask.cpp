#include "drivers/live/ask.h"

#include <utility>

#include "drivers/live/poller.h"

namespace gridlock::live {

Reply ask(Connection& connection, const std::string& sql) {
  connection.send(sql);
  while (!connection.advance()) wait_for(connection.fd(), connection.wants_to_write(), -1);
  return connection.take();
}

void Inquiry::begin(Connection& connection, std::vector<std::string> queries) {
  queries_ = std::move(queries);
  replies_.clear();
  next_ = 0;
  if (!queries_.empty()) connection.send(queries_[next_++]);
}

bool Inquiry::advance(Connection& connection) {
  while (connection.advance()) {
    replies_.push_back(connection.take());
    if (next_ == queries_.size() || replies_.back().error) return true;
    connection.send(queries_[next_++]);
  }
  return false;
}

std::vector<Reply> Inquiry::take() {
  queries_.clear();
  return std::exchange(replies_, {});
}

}  // namespace gridlock::live
