#pragma once
/// The server refuses: thrown inside a running statement, caught where statements end.
#include <string>
#include <utility>

#include "model/event.h"

namespace gridlock::reference::postgres {

struct SqlError {
  ServerError error;
  Outcome outcome = Outcome::error;
  SqlError(std::string code, std::string message, Outcome what = Outcome::error)
      : error{std::move(code), std::move(message)}, outcome(what) {}
};

}  // namespace gridlock::reference::postgres
