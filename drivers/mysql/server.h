#pragma once
/// What MySQL and MariaDB have in common, whichever protocol carries it.
#include <string>
#include <utility>
#include <vector>

#include "drivers/live/server.h"

namespace gridlock::mysql {

class MysqlServer : public live::Server {
 public:
  explicit MysqlServer(std::string shown) : shown_(std::move(shown)) {}

  sql::Dialect dialect() const override { return sql::Dialect::mysql; }
  std::string engine() const override { return shown_; }

  std::string place_word() const override { return "database"; }
  std::string places_query() const override;
  std::vector<live::Place> read_places(const live::Reply& reply) const override;
  std::string place_query(const std::string& name) const override;
  std::vector<std::string> make_place(const std::string& name, const std::string& mark) const override;
  std::string enter_place(const std::string& name) const override;
  std::string drop_place(const std::string& name) const override;
  std::string after_loading(const std::vector<std::string>& tables) const override;

  std::vector<std::string> greeting() const override { return {"SET SESSION autocommit = 1"}; }
  std::string set_isolation(sql::Isolation isolation) const override;
  std::string set_variable(const std::string& name, const std::string& value) override;
  bool is_global(const ServerError& refusal) const override { return refusal.code == "1229"; }
  std::string global_value(const std::string& name) const override;
  std::string set_global(const std::string& name, const std::string& value) const override;

  std::string translated(const std::string& sql) const override;
  Outcome outcome(const ServerError& error) const override;
  bool ends_transaction(Outcome outcome, const ServerError& error) const override;

  std::vector<std::string> waits_queries(const std::vector<live::ConnectionId>& run) const override;
  std::vector<live::SeenWait> read_waits(const std::vector<live::Reply>& replies) const override;
  std::int64_t look_micros() const override;
  std::vector<std::string> locks_queries(const std::vector<live::ConnectionId>& run) const override;
  std::vector<live::SeenLock> read_locks(const std::vector<live::Reply>& replies) const override;

  std::string account_query() const override { return "SHOW ENGINE INNODB STATUS"; }
  DeadlockAccount read_account(const live::Reply& victims, const live::Reply& asked) const override;
  std::string count_query() const override;
  std::optional<std::uint64_t> read_count(const live::Reply& reply) const override;
  std::string count_name() const override;

  std::string kill(live::ConnectionId connection) const override { return "KILL " + std::to_string(connection); }
  std::string alive_query(const std::vector<live::ConnectionId>& run) const override;

 protected:
  bool known() const { return !version_.empty(); }

  /// What the server said of itself: which words to ask it in.
  void learn(const std::string& version, bool metadata_plugin);

 private:
  static std::string places(const std::string& which);

  std::string shown_, version_;
  mutable std::string database_;  ///< of the run
  bool mariadb_ = false;
  bool metadata_plugin_ = false;
};

}  // namespace gridlock::mysql
