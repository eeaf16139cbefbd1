#pragma once
/// What the caller of the lock manager owes, held in every build: a breach is our own mistake and ends the program.
#include <cstdio>
#include <cstdlib>

namespace gridlock::reference {

[[noreturn]] inline void broken_promise(const char* what) {
  std::fprintf(stderr, "gridlock: internal error in the lock table: %s\n", what);
  std::abort();
}

inline void require(bool holds, const char* what) {
  if (!holds) [[unlikely]]
    broken_promise(what);
}

}  // namespace gridlock::reference
