#pragma once
/// A connection by libpqxx that never blocks: one statement at a time through a pqxx::pipeline, whose `resume` reads
/// what is there (PQconsumeInput) and takes a result only when it is complete (PQisBusy).
#include <memory>
#include <optional>
#include <string>

#include "drivers/live/connection.h"
#include "drivers/postgres/pqxx_versions.h"

namespace gridlock::postgres {

class PqxxConnection final : public live::Connection {
 public:
  /// `conninfo` as libpq reads it. `shown` and `secret`: for messages, and what must not stand in them.
  PqxxConnection(const std::string& conninfo, std::string shown, std::optional<std::string> secret);
  ~PqxxConnection() override;

  void send(const std::string& sql) override;
  bool send_in_new_transaction(const std::string& begin, const std::string& sql) override;
  bool complete() const override { return query_ && pipeline_->is_finished(*query_); }
  int fd() const override { return fd_; }
  bool advance() override;
  live::Reply take() override;
  std::uint64_t id() const override { return id_; }
  void cancel() override;

  int server_version() const { return version_; }

 private:
  [[noreturn]] void lost(const std::exception& why) const;

  std::string shown_;
  std::optional<std::string> secret_;
  std::unique_ptr<pqxx::connection> connection_;
  std::unique_ptr<pqxx::nontransaction> transaction_;
  std::unique_ptr<pqxx::pipeline> pipeline_;
  std::optional<pqxx::pipeline::query_id> begin_, query_;
  int fd_ = -1, version_ = 0;
  std::uint64_t id_ = 0;
};

}  // namespace gridlock::postgres
