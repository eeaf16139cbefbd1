#pragma once
/// Advice that several rules give, and the shorthand to write it.
#include <optional>
#include <string>
#include <vector>

#include "analyzer/analyzer.h"
#include "analyzer/rules/scene.h"

namespace gridlock::rules {

Advice advice(std::string rule, std::string title, std::string detail, Condition breaks,
              std::vector<Advice::Rewrite> rewrites = {});

/// Take the locks in one order, with the user's statements in it where they are known.
Advice sort_keys(const Scene& scene);

/// Lock all rows of the cycle by one statement first; nothing when they cannot be named.
std::optional<Advice> lock_rows_first(const Scene& scene);

/// Run the victim again.
Advice retry(const Scene& scene);

/// READ COMMITTED: no gap locks.
Advice read_committed();

/// Lock single rows by their unique key instead of a range.
Advice lock_exact_keys();

/// Keep transactions short.
Advice shorten();

/// A rewrite of the actor's waiting statement, if there is one.
void add_rewrite(Advice& advice, const Actor& actor, const std::string& before,
                 const std::optional<std::string>& after);

}  // namespace gridlock::rules
