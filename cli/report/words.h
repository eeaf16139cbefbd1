#pragma once
/// Values of the model in words that a newcomer understands. Every sentence about locks is here.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/text.h"
#include "model/event.h"
#include "model/lock.h"

namespace gridlock::report {

/// `exclusive lock on row id = 1 of accounts (index PRIMARY)`.
std::string in_words(const Lock& lock);

/// The same with the server's own mode word beside it: `... [X,REC_NOT_GAP]`.
Text described(const Lock& lock);

/// `id = 1`, `country = 'DE', year = 2026`; values alone where the columns are not known; empty when nothing is.
std::string key_in_words(const Lock& lock);

/// How sure a deadlock's account is, as a sentence.
std::string_view in_words(Proof proof);

/// `1 deadlock`, `2 deadlocks`, `1,204 lock waits`.
std::string counted(std::uint64_t count, std::string_view singular);
std::string thousands(std::uint64_t count);

/// `0.4 ms`, `120 ms`, `2.5 s`, `3 min 20 s`.
std::string milliseconds(double ms);

/// `a`, `a and b`, `a, b and c`.
std::string listed(const std::vector<std::string>& names);

/// What the lock words of these locks mean, a sentence for each term that `explained` does not hold yet (and then
/// does).
std::vector<std::string> explain_terms(const std::vector<Lock>& locks, std::vector<std::string_view>& explained);

}  // namespace gridlock::report
