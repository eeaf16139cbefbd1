#include "workloads/workload.h"

namespace gridlock {

std::vector<std::shared_ptr<const Prepared>> schema_for(const Workload& workload, const std::string& dialect) {
  std::vector<std::shared_ptr<const Prepared>> statements;
  for (const std::string& part : {std::string("any"), dialect})
    if (const auto found = workload.schema.find(part); found != workload.schema.end())
      statements.insert(statements.end(), found->second.begin(), found->second.end());
  return statements;
}

std::string schema_text_for(const Workload& workload, const std::string& dialect) {
  std::string text;
  for (const std::string& part : {std::string("any"), dialect})
    if (const auto found = workload.schema_text.find(part); found != workload.schema_text.end()) text += found->second;
  return text;
}

std::map<std::string, std::string> settings_for(const Workload& workload, const std::string& dialect) {
  std::map<std::string, std::string> settings;
  for (const std::string& part : {dialect, std::string("any")})
    if (const auto found = workload.settings.find(part); found != workload.settings.end())
      settings.insert(found->second.begin(), found->second.end());
  return settings;
}

}  // namespace gridlock
