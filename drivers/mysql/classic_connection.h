#pragma once
/// A connection by MariaDB Connector/C's non-blocking calls: `start`, and `cont` whenever the socket has something.
#include <mysql.h>

#include <memory>
#include <optional>
#include <string>

#include "drivers/live/connection.h"
#include "drivers/live/url.h"

namespace gridlock::mysql {

class ClassicConnection final : public live::Connection {
 public:
  /// `shown`: the URL for messages.
  ClassicConnection(const live::Url& url, std::string shown);
  ~ClassicConnection() override;

  void send(const std::string& sql) override;
  bool send_in_new_transaction(const std::string& begin, const std::string& sql) override;
  bool complete() const override { return phase_ == Phase::complete; }
  int fd() const override { return fd_; }
  bool wants_to_write() const override { return (wanted_ & MYSQL_WAIT_WRITE) != 0; }
  bool advance() override;
  live::Reply take() override;
  std::uint64_t id() const override { return id_; }
  void cancel() override {}

  /// `5.5.5-10.11.19-MariaDB` is `10.11.19-MariaDB`.
  std::string server_version() const;

 private:
  enum class Phase : std::uint8_t { idle, sending, storing, skipping, complete };

  struct Closer {
    void operator()(MYSQL* handle) const { mysql_close(handle); }
  };

  void begin(const std::string& sql);
  void went_on();
  void store();
  void stored();
  void next();
  void refused();
  void check_idle() const;
  [[noreturn]] void lost(const std::string& why) const;

  std::string shown_;
  std::optional<std::string> secret_;
  std::unique_ptr<MYSQL, Closer> handle_;
  Phase phase_ = Phase::idle;
  int wanted_ = 0;  ///< MYSQL_WAIT_... of the call under way
  int failed_ = 0;  ///< what a call returned
  MYSQL_RES* result_ = nullptr;
  std::string sql_;  ///< the library keeps a pointer to it
  live::Reply reply_;
  int fd_ = -1;
  std::uint64_t id_ = 0;
};

}  // namespace gridlock::mysql
