#pragma once
/// Values of the analyzer as text, so that a test reads like the thing it is about.
#include <string>

#include "analyzer/analyzer.h"

namespace gridlock::test {

std::string told(const Lock& lock);          ///< `record X,REC_NOT_GAP gl.t.PRIMARY (1)`
std::string told(const Deadlock& deadlock);  ///< its parties, victim, notes
std::string told(const Diagnosis& diagnosis);
std::string told(const Ledger& ledger);
std::string told(const ReadLog& log);  ///< ledger, deadlocks, lock waits

/// `a -> b -> a`, the victim marked: `a -> b! -> a`.
std::string ring(const Deadlock& deadlock);

}  // namespace gridlock::test
