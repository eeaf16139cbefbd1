#pragma once
/// A record of PostgreSQL's log, whatever the format it was written in, and what a run of them tells.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/analyzer.h"
#include "analyzer/logs/postgres_wait.h"
#include "analyzer/logs/telling.h"

namespace gridlock::logs {

struct PostgresRecord {
  std::uint32_t line = 0;
  std::string time;
  std::string pid;       ///< of the process that wrote it; empty when the prefix does not tell
  std::string user;      ///< `app@127.0.0.1`, as far as the format tells
  std::string sqlstate;  ///< csv and json only
  std::string message;
  std::vector<std::string> detail;  ///< its lines
  std::vector<std::string> context;
  std::string statement;
  bool cut = false;  ///< the log ends inside of it
};

/// Whether a record can matter here at all; the others need not be put together.
bool may_matter(std::string_view message, std::string_view detail, std::string_view sqlstate);

/// Takes records in the order of the log, and tells the deadlocks and lock waits.
class PostgresStory {
 public:
  explicit PostgresStory(Telling& telling) : telling_(telling) {}

  void add(const PostgresRecord& record);

  /// No record follows.
  void finish();

 private:
  /// What a process last said it waits for.
  struct Waiting {
    Lock wanted;
    double ms = 0;
    std::vector<std::string> holders;
  };

  void add_wait_message(const PostgresRecord& record, WaitMessage message);
  void add_deadlock(const PostgresRecord& record);
  void drop_announcement(std::string pid);
  void end_wait(const std::string& pid);
  void not_understood(std::uint32_t line, std::string message, std::string hint);
  Party party_of(const WaitLine& wait) const;
  std::vector<Party> parties_of(const std::vector<WaitLine>& waits) const;

  /// Sessions that are remembered; of more, the ones with the lowest numbers are forgotten.
  static constexpr std::size_t sessions_kept = 10000;

  Telling& telling_;
  std::map<std::string, Waiting> waiting_;
  std::map<std::string, std::string> users_;
  struct Announced {
    std::uint32_t line = 0;
  };
  std::map<std::string, Announced> announced_;  ///< by pid: `detected deadlock while waiting`, whose ERROR comes next
};

}  // namespace gridlock::logs
