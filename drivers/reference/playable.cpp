#include "drivers/reference/reference.h"

namespace gridlock::reference {

Problems check_playable(Driver& engine, const Setup& setup,
                        const std::vector<std::shared_ptr<const Prepared>>& statements) {
  auto& driver = dynamic_cast<ReferenceDriver&>(engine);
  Setup without_data = setup;
  without_data.data.clear();
  Problems problems = driver.open(without_data);
  if (!problems.empty()) return problems;
  for (const auto& statement : statements) {
    const Problems found = driver.check(*statement);
    problems.insert(problems.end(), found.begin(), found.end());
  }
  return problems;
}

}  // namespace gridlock::reference
