// Any bytes as a workload: no crash, no exception; a workload or problems, and each problem inside the text.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "workloads/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto loaded = gridlock::load_workload(text, "fuzz.yaml");
  if (loaded.workload.has_value() != loaded.problems.empty()) std::abort();
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  for (const auto& problem : loaded.problems)
    if (problem.message.empty() || problem.where.line < 0 || problem.where.line > lines) std::abort();
  return 0;
}
