// The report for CI servers that show test results: JUnit's XML. A suite per input or run, a failed case per shape of
// deadlock and per expectation that does not hold, an error per thing not understood.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/report/finding.h"
#include "cli/report/report.h"

namespace gridlock {
namespace {

using report::Finding;
using report::Severity;
using report::xml;

struct Case {
  std::string suite, name, body;  ///< body: the child element, empty when it passed
  enum class Came : std::uint8_t { passed, failed, errored, skipped } came = Came::passed;
};

std::string element(const std::string& tag, const Finding& finding) {
  return fmt::format(
      "<{0} type=\"{1}\" message=\"{2}\">{3}</{0}>", tag, xml(finding.rule), xml(finding.title),
      xml(finding.text + (finding.file.empty() ? "" : fmt::format("\n{}:{}", finding.file, finding.line))));
}

Case case_of(const Finding& finding) {
  Case one;
  one.suite = finding.file.empty() ? "gridlock" : finding.file;
  one.name = fmt::format("{} [{}]", finding.title, finding.fingerprint);
  if (finding.severity == Severity::note) {
    one.came = Case::Came::skipped;
    one.body = fmt::format("<skipped message=\"{}\"/>",
                           xml(finding.suppressed.empty() ? "known: it is in the baseline" : finding.suppressed));
  } else if (finding.rule == "not-understood" || finding.rule == "wrong-input") {
    one.came = Case::Came::errored;
    one.body = element("error", finding);
  } else {
    one.came = Case::Came::failed;
    one.body = element("failure", finding);
  }
  return one;
}

std::vector<Case> cases_of(const Report& report) {
  std::vector<Case> cases;
  for (const Finding& finding : report::findings_of(report)) cases.push_back(case_of(finding));
  for (const Run& run : report.runs)
    for (const Check& check : run.checks)
      if (check.judged && check.holds)
        cases.push_back({run.summary.workload, fmt::format("{}: {}", run.summary.engine, check.what), "", {}});
  // A suite without a case reads as "not run".
  for (const auto& input : report.inputs) {
    const bool told = std::any_of(cases.begin(), cases.end(), [&](const Case& one) { return one.suite == input.file; });
    if (!input.file.empty() && !told) cases.push_back({input.file, "no deadlock", "", {}});
  }
  return cases;
}

std::string counts(const std::vector<const Case*>& cases) {
  const auto count = [&](Case::Came came) {
    return std::count_if(cases.begin(), cases.end(), [&](const Case* one) { return one->came == came; });
  };
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", cases.size(),
                     count(Case::Came::failed), count(Case::Came::errored), count(Case::Came::skipped));
}

}  // namespace

std::string to_junit(const Report& report) {
  const std::vector<Case> cases = cases_of(report);
  std::vector<std::string> suites;
  std::vector<const Case*> all;
  for (const Case& one : cases) {
    all.push_back(&one);
    if (std::find(suites.begin(), suites.end(), one.suite) == suites.end()) suites.push_back(one.suite);
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"gridlock {}\" {}>\n", xml(report.command), counts(all));
  for (const std::string& suite : suites) {
    std::vector<const Case*> own;
    for (const Case* one : all)
      if (one->suite == suite) own.push_back(one);
    out += fmt::format("  <testsuite name=\"{}\" {}>\n", xml(suite), counts(own));
    for (const Case* one : own) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(suite), xml(one->name));
      out += one->body.empty() ? "/>\n" : ">" + one->body + "</testcase>\n";
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace gridlock
