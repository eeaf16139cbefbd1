#pragma once
/// The YAML library's complaint in words that say what to write instead.
#include <string>
#include <string_view>

#include "model/problem.h"

namespace gridlock::yaml {

/// `line` and `column` count from 0, as the library does; negative when it does not know.
Problem reworded(std::string_view text, const std::string& file, int line, int column, const std::string& complaint);

}  // namespace gridlock::yaml
