// GitLab's code quality report: a JSON array, in the format of Code Climate's issues as far as GitLab reads it.
#include <set>

#include "cli/report/finding.h"
#include "cli/report/json_layout.h"
#include "cli/report/report.h"
#include "model/json.h"

namespace gridlock {

std::string to_gitlab(const Report& report) {
  using report::Severity;
  Json issues = Json::array();
  std::set<std::string> fingerprints;
  for (const report::Finding& finding : report::findings_of(report)) {
    // GitLab wants each fingerprint once.
    if (!fingerprints.insert(finding.fingerprint).second) continue;
    Json json;
    json["description"] = finding.title + (finding.text.empty() ? "" : ". " + finding.text);
    json["check_name"] = finding.rule;
    json["fingerprint"] = finding.fingerprint;
    json["severity"] = finding.severity == Severity::error     ? "major"
                       : finding.severity == Severity::warning ? "minor"
                                                               : "info";
    json["location"] = {{"path", finding.file.empty() ? "unknown" : finding.file},
                        {"lines", {{"begin", finding.line > 0 ? finding.line : 1}}}};
    issues.push_back(std::move(json));
  }
  return report::laid_out(issues);
}

}  // namespace gridlock
