#pragma once
/// Words of SQL text.
#include <string>
#include <string_view>

namespace gridlock::reference::postgres {

std::string lower(std::string_view text);

/// Upper case, white space squeezed to single blanks.
std::string upper_words(std::string_view text);

}  // namespace gridlock::reference::postgres
