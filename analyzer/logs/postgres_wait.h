#pragma once
/// Who waits for what, in PostgreSQL's words (src/backend/storage/lmgr: deadlock.c DeadLockReport, lmgr.c
/// DescribeLockTag, proc.c ProcSleep). Read without knowing the language: lock modes, numbers and their order are never
/// translated.
#include <optional>
#include <string>
#include <string_view>

#include "model/lock.h"

namespace gridlock::logs {

/// `Process 13142 waits for ShareLock on transaction 766; blocked by process 13140.`
struct WaitLine {
  std::string pid;
  std::string blocker;
  Lock wanted;
};
std::optional<WaitLine> read_wait_line(std::string_view line);

/// `process 13140 still waiting for ShareLock on transaction 767 after 200.081 ms`, and the other four messages of
/// log_lock_waits.
struct WaitMessage {
  std::string pid;
  Lock wanted;
  double ms = 0;
};
std::optional<WaitMessage> read_wait_message(std::string_view message);

/// The only lock mode's name in a text; empty when there is none, or more than one.
std::string_view single_mode(std::string_view text);

/// The lock that a tag names: `tuple (0,1) of relation 16526 of database 5`, in English whatever the log's language.
Lock lock_of_tag(std::string_view tag, std::string_view mode);

}  // namespace gridlock::logs
