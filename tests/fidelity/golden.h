#pragma once
/// The goldens of tests/fidelity: what a real server did with a story. README.md has their shape.
#include <string>
#include <vector>

#include "model/json.h"

namespace gridlock::fidelity {

struct Golden {
  std::string name;       ///< `d05.rr`, as in known-differences.txt
  std::string yaml;       ///< the story (JSON is YAML)
  std::string isolation;  ///< "repeatable read", ...; "as written"
  Json orders;
};

/// The goldens' names, without reading the goldens: this runs when tests are listed.
std::vector<std::string> golden_names();

/// REQUIRES: a name that `golden_names` gave.
Golden read_golden(const std::string& name);

/// `name reason...` by line; `#` begins a comment.
std::vector<std::pair<std::string, std::string>> known_differences();

}  // namespace gridlock::fidelity
