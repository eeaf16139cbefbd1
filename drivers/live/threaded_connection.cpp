#include "drivers/live/threaded_connection.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace gridlock::live {

ThreadedConnection::ThreadedConnection(std::unique_ptr<BlockingSession> session)
    : session_(std::move(session)), id_(session_->id()), bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (bell_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = std::thread([this] { work(); });
}

ThreadedConnection::~ThreadedConnection() {
  {
    const std::lock_guard lock(box_.mutex);
    box_.closing = true;
  }
  box_.arrived.notify_one();
  thread_.join();
  ::close(bell_);
}

void ThreadedConnection::work() {
  for (;;) {
    std::string sql;
    {
      std::unique_lock lock(box_.mutex);
      box_.arrived.wait(lock, [this] { return box_.closing || box_.request; });
      if (!box_.request) return;
      sql = *std::exchange(box_.request, std::nullopt);
    }
    std::optional<Reply> reply;
    std::exception_ptr lost;
    try {
      reply = session_->execute(sql);
    } catch (...) {
      lost = std::current_exception();
    }
    {
      const std::lock_guard lock(box_.mutex);
      box_.reply = std::move(reply);
      box_.lost = lost;
    }
    const std::uint64_t one = 1;
    if (::write(bell_, &one, sizeof one) < 0) return;  // an eventfd that nobody overfills takes it
  }
}

void ThreadedConnection::send(const std::string& sql) {
  {
    const std::lock_guard lock(box_.mutex);
    box_.request = sql;
  }
  box_.arrived.notify_one();
}

bool ThreadedConnection::advance() {
  std::uint64_t rings = 0;
  const bool rang = ::read(bell_, &rings, sizeof rings) > 0;
  const std::lock_guard lock(box_.mutex);
  if (rang && box_.lost) std::rethrow_exception(std::exchange(box_.lost, nullptr));
  return box_.reply.has_value();
}

Reply ThreadedConnection::take() {
  const std::lock_guard lock(box_.mutex);
  return *std::exchange(box_.reply, std::nullopt);
}

}  // namespace gridlock::live
