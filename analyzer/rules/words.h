#pragma once
/// Locks, statements and cycles in words, for the rules' texts.
#include <string>
#include <string_view>

#include "analyzer/rules/scene.h"

namespace gridlock::rules {

/// A statement in backquotes, on one line, shortened when long; `its statement` when not known.
std::string code(const std::string& sql);

/// `row id = 2 of t`, `entry 50, 5 of index v of t`, `the gap before row 40 of t`, `table t`, `user lock "a"`.
std::string place(const Lock& lock);

/// What an actor waits for: the place, or in PostgreSQL whose row.
std::string wanted(const Scene& scene, std::size_t i);

/// One sentence per actor: what it holds and by which statement, and what it needs for which.
std::string cycle_in_words(const Scene& scene);

/// A party's name as a sentence begins: `Transaction 4711`; names that the user gave stay as they are.
std::string at_beginning(const std::string& name);

/// That a log shows no earlier statements; empty when some are known.
std::string past_is_unknown(const Scene& scene);

/// `t`, or `the table` when no lock of the cycle names one.
std::string table_in_words(const Scene& scene);

/// `a and b`, `a, b and c`.
std::string names(const Scene& scene);

/// What would not help, where it would not.
std::string isolation_does_not_help(const Scene& scene);
std::string retries_do_not_cure();
std::string timeouts_do_not_help(const Scene& scene);

}  // namespace gridlock::rules
