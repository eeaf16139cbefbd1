#pragma once
/// The shape of a deadlock: what is the same each time it happens.
#include <string>

#include "model/deadlock.h"

namespace gridlock {

/// 16 hexadecimal digits, equal for deadlocks alike in statements (without literals), tables, indexes and lock modes,
/// whoever took part, on whichever rows, told from whichever party.
std::string fingerprint(const Deadlock& deadlock);

/// The table's own name: `accounts` of `bank.accounts`.
std::string bare_table(const std::string& table);

}  // namespace gridlock
