#pragma once
/// Keeps one deadlock of each shape, diagnosed, and counts the others: a log may have millions.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/analyzer.h"
#include "analyzer/log_reader.h"

namespace gridlock {

/// Which deadlocks are wanted; the others are counted and forgotten.
struct Wanted {
  std::optional<std::int64_t> since, until;  ///< seconds, as `seconds_of` has them; a deadlock without a time is wanted
  std::string table;                         ///< bare or qualified, in any case of letters; empty: any
  std::string pattern;                       ///< id of a rule; empty: any
  bool redact = false;                       ///< without literals and key values
};

class DeadlockFolder : public DeadlockSink {
 public:
  explicit DeadlockFolder(Wanted wanted = {}) : wanted_(std::move(wanted)) {}

  std::size_t found(Deadlock deadlock) override;
  void again(std::size_t handle, const std::string& time) override;
  bool folds() const override { return folds_; }

  /// From now on each deadlock is wanted whole: handles do not outlive `take`.
  void keep_whole() { folds_ = false; }

  /// In the order in which their shapes were first seen. Nothing is left behind.
  std::vector<DiagnosedDeadlock> take();

  std::uint64_t unwanted() const { return unwanted_; }
  std::uint64_t shapes_left_off() const { return shapes_left_off_; }  ///< deadlocks of shapes beyond the bound

 private:
  static constexpr std::size_t shapes_kept = 2000;

  std::size_t keep(Deadlock deadlock);
  bool in_time(std::optional<std::int64_t> seconds) const;

  Wanted wanted_;
  bool folds_ = true;
  std::vector<DiagnosedDeadlock> kinds_;
  std::map<std::string, std::size_t> known_;  ///< by fingerprint; `nowhere` for what is not wanted
  std::uint64_t unwanted_ = 0, shapes_left_off_ = 0;
};

/// The deadlock without literals and key values, in its statements and its locks.
Deadlock redacted(Deadlock deadlock);

}  // namespace gridlock
