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

namespace {

/// What is said for the dialect, then what is said for any and not for it.
template <typename Said>
Said said_for(const std::map<std::string, Said>& by_dialect, const std::string& dialect) {
  Said said;
  for (const std::string& part : {dialect, std::string("any")})
    if (const auto found = by_dialect.find(part); found != by_dialect.end())
      said.insert(found->second.begin(), found->second.end());
  return said;
}

}  // namespace

Settings settings_for(const Workload& workload, const std::string& dialect) {
  return said_for(workload.settings, dialect);
}

SettingPlaces settings_where_for(const Workload& workload, const std::string& dialect) {
  return said_for(workload.settings_where, dialect);
}

}  // namespace gridlock
