#pragma once
/// Whole outputs held against files in tests/golden/. UPDATE_GOLDEN=1 rewrites them; `git diff` reviews.
#include <string>

namespace gridlock::golden {

/// Fails the test when `got` is not what the file says. `name` is relative to tests/golden/.
void check(const std::string& name, const std::string& got);

}  // namespace gridlock::golden
