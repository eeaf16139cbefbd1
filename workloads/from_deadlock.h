#pragma once
/// A deadlock that a log tells of, as a story that can be played: the way back from knowledge to experiment.
#include <optional>
#include <string>

#include "model/deadlock.h"

namespace gridlock {

/// The YAML of a story with a session for each party: it takes what the party held, then runs the statement that
/// waited.
///
/// A log tells neither the tables' definitions nor the statements that took the locks held. Both are inferred, and the
/// text says of each step whether it is the log's or inferred: the columns are those that the statements name, the key
/// is the column that they compare with the key of the lock; what a party held is taken by `SELECT ... FOR UPDATE` (or
/// SHARE) of the row that the party before it waits for, or by the same INSERT. Nothing when a party's statement is not
/// known, or cannot be read.
struct InferredStory {
  std::string yaml;
  std::string engine;  ///< on which it is to be played: `reference:innodb`, `reference:postgres`
};
std::optional<InferredStory> story_from(const Deadlock& deadlock, const std::string& name);

}  // namespace gridlock
