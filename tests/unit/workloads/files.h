#pragma once
/// Files of the repository, for tests.
#include <string>
#include <vector>

namespace gridlock::test {

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

/// Paths under the repository's `folder` whose names end so, sorted.
std::vector<std::string> files_in(const std::string& folder, const std::string& ending);

/// The repository's folder.
std::string root();

/// UPDATE_GOLDEN=1: expectations are rewritten instead of compared.
bool update_golden();

}  // namespace gridlock::test
