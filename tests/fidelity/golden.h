#pragma once
/// The goldens of tests/fidelity: what a real server did with a story. README.md has their shape.
#include <string>
#include <vector>

#include "model/json.h"

namespace gridlock::fidelity {

/// A server whose goldens there are, and the reference engine that is to do the same.
struct Server {
  std::string folder;  ///< `mysql97`
  std::string engine;  ///< `reference:innodb`
};

struct Golden {
  std::string name;       ///< `d05.rr`
  std::string yaml;       ///< the story (JSON is YAML)
  std::string isolation;  ///< "repeatable read", ...; "as written"
  Json orders;
};

/// The names of a server's goldens, without reading the goldens: this runs when tests are listed.
std::vector<std::string> golden_names(const std::string& folder);

/// REQUIRES: a name that `golden_names` gave.
Golden read_golden(const std::string& folder, const std::string& name);

/// `folder/name reason...` by line; `#` begins a comment.
std::vector<std::pair<std::string, std::string>> known_differences();

}  // namespace gridlock::fidelity
