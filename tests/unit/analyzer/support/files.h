#pragma once
/// Files of the source tree, and whole outputs held against them. UPDATE_GOLDEN=1 rewrites; `git diff` reviews.
#include <filesystem>
#include <string>
#include <vector>

namespace gridlock::test {

std::filesystem::path in_source_tree(const std::string& path);
std::string read_file(const std::filesystem::path& path);

/// The files of a folder whose names end so, sorted.
std::vector<std::filesystem::path> files_in(const std::string& folder, const std::string& ending);

/// Fails the test when `got` is not what the file (relative to the source tree) says.
void check_golden(const std::string& path, const std::string& got);

}  // namespace gridlock::test
