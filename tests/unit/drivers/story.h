#pragma once
/// Stories for the reference engine: SQL in, what happened out.
#include <memory>
#include <string>
#include <vector>

#include "drivers/driver.h"

namespace gridlock::reference {

struct StoryOptions {
  std::string isolation = "repeatable read";
  std::map<std::string, std::string> settings;
};

/// Plays a story lock-step and tells it. First the schema's statements, then a line `---`, then one line for each step:
///
///     a: UPDATE t SET v = 1 WHERE id = 1      session a sends a statement
///     locks a                                 tells the locks of session a (its table locks left out)
///
/// What is told: `a done`, `a done 2` (rows written), `a (1, 'x') (2, 'y')` (rows), `a waits for b: X,REC_NOT_GAP
/// t.PRIMARY 1`, `deadlock: a -> b -> a, victim b`, `b deadlock`, `a error 1062 Duplicate entry ...`, `a lock timeout`,
/// `a skipped`.
std::string story(const std::string& text, const StoryOptions& options = {});

/// A driver on which a schema was opened, with sessions of these names. Fails the test on problems.
std::unique_ptr<Driver> opened(const std::string& schema, const std::vector<std::string>& sessions,
                               const StoryOptions& options = {}, std::uint64_t seed = 1);

std::shared_ptr<const Prepared> prepared(const std::string& sql);

}  // namespace gridlock::reference
