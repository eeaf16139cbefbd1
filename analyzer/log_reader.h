#pragma once
/// Reads a log of any size, block by block, in bounded memory.
///
/// Nearly all of a log is not about locks. The bytes are searched for the few words that can begin a deadlock report or
/// a lock wait (logs/needles.h); only the excerpts around them are put together line by line and parsed. What is found
/// goes to a sink at once, so that a million deadlocks need no more memory than one of each shape.
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "analyzer/analyzer.h"

namespace gridlock {

/// Where a reader puts the deadlocks it finds, in the order of the log.
class DeadlockSink {
 public:
  DeadlockSink() = default;
  DeadlockSink(const DeadlockSink&) = delete;
  DeadlockSink& operator=(const DeadlockSink&) = delete;
  virtual ~DeadlockSink() = default;

  /// Returns a handle for `again`.
  virtual std::size_t found(Deadlock deadlock) = 0;

  /// One more that differs from the one of this handle only in numbers, keys and literals.
  virtual void again(std::size_t handle, const std::string& time) = 0;

  /// Whether `again` will do for a deadlock like one that was found before; false: each is wanted whole.
  virtual bool folds() const = 0;
};

/// A log is given in pieces: `room`, `took`, `room`, `took`, ..., `finish`.
class LogReader {
 public:
  /// `file` is what problems and places call the log.
  LogReader(std::string file, DeadlockSink& sink);
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  /// Where the next bytes of the log are to be put: at least a few KiB.
  std::span<char> room();

  /// So many bytes were put there. What they complete is read.
  void took(std::size_t bytes);

  /// Nothing has come for a while: what is there is complete, though more may follow.
  void pause();

  /// The log ends here. The deadlocks went to the sink: `deadlocks` is empty. REQUIRES: called once.
  ReadLog finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gridlock
