#include "drivers/live/poller.h"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace gridlock::live {
namespace {

/// Milliseconds, rounded up: waking too early would only mean to wait again.
int milliseconds(std::int64_t micros) { return micros < 0 ? -1 : static_cast<int>((micros + 999) / 1000); }

void control(int epoll, int operation, int fd, std::uint64_t key, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = key;
  if (epoll_ctl(epoll, operation, fd, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

}  // namespace

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Poller::~Poller() { ::close(epoll_); }

void Poller::add(int fd, std::uint64_t key) { control(epoll_, EPOLL_CTL_ADD, fd, key, EPOLLIN); }

void Poller::want_to_write(int fd, std::uint64_t key, bool yes) {
  control(epoll_, EPOLL_CTL_MOD, fd, key, yes ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void Poller::remove(int fd) { epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

const Poller::Ready& Poller::wait(std::int64_t micros) {
  std::array<epoll_event, 64> events{};
  ready_.keys.clear();
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), milliseconds(micros));
  ready_.interrupted = count < 0 && errno == EINTR;
  if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "epoll_wait");
  for (int i = 0; i < count; ++i) ready_.keys.push_back(events[static_cast<std::size_t>(i)].data.u64);
  return ready_;
}

void wait_for(int fd, bool to_write, std::int64_t micros) {
  pollfd one{fd, static_cast<short>(to_write ? POLLIN | POLLOUT : POLLIN), 0};
  while (poll(&one, 1, milliseconds(micros)) < 0 && errno == EINTR) {
  }
}

}  // namespace gridlock::live
