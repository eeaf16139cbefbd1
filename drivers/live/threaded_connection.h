#pragma once
/// A connection by a library that only blocks: a thread of its own waits for it, and a file descriptor says when it has
/// an answer. The mailbox is the only thing that both threads touch.
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "drivers/live/connection.h"

namespace gridlock::live {

/// What the thread calls: one statement at a time.
class BlockingSession {
 public:
  virtual ~BlockingSession() = default;
  /// The server's refusal is in the reply; EngineLost when the connection is.
  virtual Reply execute(const std::string& sql) = 0;
  virtual std::uint64_t id() const = 0;
};

class ThreadedConnection final : public Connection {
 public:
  explicit ThreadedConnection(std::unique_ptr<BlockingSession> session);
  /// Waits for the statement under way: whoever closes a busy connection has killed it on the server before.
  ~ThreadedConnection() override;
  ThreadedConnection(const ThreadedConnection&) = delete;
  ThreadedConnection& operator=(const ThreadedConnection&) = delete;

  void send(const std::string& sql) override;
  int fd() const override { return bell_; }
  bool advance() override;
  Reply take() override;
  std::uint64_t id() const override { return id_; }
  void cancel() override {}

 private:
  /// What goes from one thread to the other, guarded by `mutex`.
  struct Mailbox {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<std::string> request;
    std::optional<Reply> reply;
    std::exception_ptr lost;
    bool closing = false;
  };

  void work();

  std::unique_ptr<BlockingSession> session_;  ///< the thread's, once it runs
  std::uint64_t id_ = 0;
  int bell_ = -1;  ///< eventfd(2): rings when a reply is in the mailbox
  Mailbox box_;
  std::thread thread_;
};

}  // namespace gridlock::live
