#pragma once
/// One line on the terminal that says how far a long run has come, redrawn in place; nothing of it is left behind.
#include <chrono>
#include <string>

#include "cli/options.h"
#include "workloads/runner/runner.h"

namespace gridlock {

/// What the line says, at most `width` columns: transactions, waits and deadlocks so far, the rate, the time left.
/// `seconds`: since the run began, on the wall's clock.
std::string progress_text(const Progress& progress, double seconds, const std::string& what, int width);

class ProgressLine {
 public:
  /// `what` is played: said before the figures; may be empty. The line is shown only when standard error is a terminal,
  /// and not with `--quiet`.
  ProgressLine(const Options& options, std::string what);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { clear(); }

  bool is_shown() const { return shown_; }

  /// Redraws the line, at most ten times a second, and not in the first second: short runs need none.
  void show(const Progress& progress);

  /// Takes the line away.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool shown_;
  bool drawn_ = false;
  std::string what_;
  int width_;
  Clock::time_point began_ = Clock::now(), next_ = began_;
};

}  // namespace gridlock
