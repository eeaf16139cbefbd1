// The report for code scanning: SARIF 2.1.0 (OASIS). One result per shape; code scanning tells results of two days
// apart by `partialFingerprints`, rule and path, and shows only the first location.
#include <algorithm>
#include <cctype>

#include "cli/report/finding.h"
#include "cli/report/json_layout.h"
#include "cli/report/report.h"
#include "cli/version.h"
#include "model/json.h"

namespace gridlock {
namespace {

using report::Finding;
using report::Severity;

/// RFC 3986: what is neither unreserved nor a slash is percent-encoded.
std::string uri_of(const std::string& path) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out = path.starts_with("/") ? "file://" : "";
  for (const char c : path == "<stdin>" ? std::string("stdin") : path) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain && static_cast<unsigned char>(c) < 0x80) {
      out += c;
      continue;
    }
    out += '%';
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

Json location_json(const Finding& finding) {
  Json place{{"artifactLocation", {{"uri", uri_of(finding.file)}}}};
  if (finding.line > 0) place["region"] = {{"startLine", finding.line}};
  return Json{{"physicalLocation", std::move(place)}};
}

std::string level(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "note";
}

Json result_json(const Finding& finding, std::size_t rule) {
  Json json;
  json["ruleId"] = finding.rule;
  json["ruleIndex"] = rule;
  json["level"] = level(finding.severity);
  json["message"] = {{"text", finding.title + (finding.text.empty() ? "" : "\n" + finding.text)}};
  json["locations"] = finding.file.empty() ? Json::array() : Json::array({location_json(finding)});
  json["partialFingerprints"] = {{"gridlockShape/v1", finding.fingerprint}};
  if (finding.known) json["baselineState"] = "unchanged";
  if (!finding.suppressed.empty())
    json["suppressions"] = Json::array({Json{{"kind", "external"}, {"justification", finding.suppressed}}});
  json["occurrenceCount"] = std::max<std::uint64_t>(finding.count, 1);
  if (!finding.first_seen.empty())
    json["properties"] = {{"firstSeen", finding.first_seen}, {"lastSeen", finding.last_seen}};
  return json;
}

Json rule_json(const Finding& finding) {
  return Json{{"id", finding.rule},
              {"shortDescription", {{"text", report::rule_in_words(finding)}}},
              {"defaultConfiguration", {{"level", level(finding.severity)}}}};
}

}  // namespace

std::string to_sarif(const Report& report) {
  const auto findings = report::findings_of(report);
  Json rules = Json::array(), results = Json::array();
  std::vector<std::string> ids;
  for (const Finding& finding : findings) {
    const auto known = std::find(ids.begin(), ids.end(), finding.rule);
    const auto index = static_cast<std::size_t>(known - ids.begin());
    if (known == ids.end()) {
      ids.push_back(finding.rule);
      rules.push_back(rule_json(finding));
    }
    results.push_back(result_json(finding, index));
  }
  Json driver{{"name", "gridlock"}, {"version", version}, {"semanticVersion", version}, {"rules", std::move(rules)}};
  // Stopped, wrong input or a log not understood: then "no results" must not read as "nothing is there".
  const bool whole = report.exit_code == 0 || report.exit_code == 1;
  Json run{{"tool", {{"driver", std::move(driver)}}},
           {"invocations", Json::array({Json{{"executionSuccessful", whole}, {"exitCode", report.exit_code}}})},
           {"columnKind", "utf16CodeUnits"},
           {"results", std::move(results)}};
  return report::laid_out(Json{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                               {"version", "2.1.0"},
                               {"runs", Json::array({std::move(run)})}});
}

}  // namespace gridlock
