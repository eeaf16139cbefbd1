#pragma once
/// Which of many connections have something to say: epoll(7), so that a thousand idle ones cost nothing.
#include <cstdint>
#include <vector>

namespace gridlock::live {

class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Watches a file descriptor for reading; `key` comes back when there is something.
  void add(int fd, std::uint64_t key);
  void want_to_write(int fd, std::uint64_t key, bool yes);
  void remove(int fd);

  struct Ready {
    std::vector<std::uint64_t> keys;
    bool interrupted = false;  ///< a signal came
  };
  /// Returns when something is ready, after `micros` at the latest (less than 0: whenever that is), or on a signal.
  const Ready& wait(std::int64_t micros);

 private:
  int epoll_ = -1;
  Ready ready_;
};

/// Waits for one file descriptor, signals or not; `micros` less than 0: as long as it takes.
void wait_for(int fd, bool to_write, std::int64_t micros);

}  // namespace gridlock::live
