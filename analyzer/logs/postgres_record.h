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
  PostgresStory(std::string file, std::string format);

  void add(const PostgresRecord& record);

  /// What was told. REQUIRES: called once, after the last record.
  ReadLog finish(std::string_view text);

 private:
  /// What a process last said it waits for.
  struct Waiting {
    Lock wanted;
    double ms = 0;
    std::vector<std::string> holders;
  };

  void add_wait_message(const PostgresRecord& record, WaitMessage message);
  void add_deadlock(const PostgresRecord& record);
  void end_wait(const std::string& pid);
  void not_understood(std::uint32_t line, std::string message, std::string hint);
  Party party_of(const WaitLine& wait) const;
  std::vector<Party> parties_of(const std::vector<WaitLine>& waits) const;

  std::string file_;
  ReadLog out_;
  std::map<std::string, Waiting> waiting_;
  std::map<std::string, std::string> users_;
  struct Announced {
    std::uint32_t line = 0;
  };
  std::map<std::string, Announced> announced_;  ///< by pid: `detected deadlock while waiting`, whose ERROR comes next
};

}  // namespace gridlock::logs
