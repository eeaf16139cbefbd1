#pragma once
/// Where the bytes of a scalar's value stand in the file: SQL inside YAML is pointed at where the user wrote it.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/problem.h"
#include "workloads/yaml/tree.h"

namespace gridlock::yaml {

/// The value of a scalar loses quotes, escapes, indentation and folded line ends; this finds them again by walking the
/// value and the file side by side. Works for plain, quoted, literal (`|`) and folded (`>`) scalars.
class Places {
 public:
  /// REQUIRES: `file_text` is the text that `scalar` was parsed from.
  Places(std::string_view file_text, const Node& scalar, std::string file);

  /// Of the value's byte at `offset`; of its end when the offset is beyond.
  Where at(std::size_t offset) const;

 private:
  std::string file_;
  int line_, column_;                 ///< of the scalar's first byte
  std::vector<std::size_t> offsets_;  ///< file offset of each byte of the value, and of its end
  std::vector<std::size_t> lines_;    ///< file offset at which each line begins; the first is the scalar's own start
};

}  // namespace gridlock::yaml
