// Annotations of GitHub Actions, as workflow commands on standard output. GitHub shows ten errors and ten warnings of a
// step and drops the rest without a word: what does not fit is said in a notice.
#include <fmt/format.h>

#include "cli/report/finding.h"
#include "cli/report/headline.h"
#include "cli/report/report.h"
#include "cli/report/text.h"

namespace gridlock {
namespace {

using report::Finding;
using report::Severity;

constexpr std::size_t shown_of_each = 10;

/// The toolkit's own escapes (actions/toolkit, core/src/command.ts): a property cannot hold `:` and `,` either.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%') {
      out += "%25";
    } else if (c == '\n') {
      out += "%0A";
    } else if (c == '\r') {
      out += "%0D";
    } else if (property && c == ':') {
      out += "%3A";
    } else if (property && c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

std::string cleaned(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    out += report::clean(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string annotation(const Finding& finding) {
  const std::string_view command = finding.severity == Severity::error     ? "error"
                                   : finding.severity == Severity::warning ? "warning"
                                                                           : "notice";
  std::string out = fmt::format("::{} ", command);
  if (!finding.file.empty() && finding.file != "<stdin>") out += fmt::format("file={},", escaped(finding.file, true));
  if (finding.line > 0) out += fmt::format("line={},", finding.line);
  return out + fmt::format("title={}::{}\n", escaped(cleaned(finding.title), true),
                           escaped(cleaned(finding.text.empty() ? finding.title : finding.text), false));
}

}  // namespace

std::string to_github(const Report& report) {
  std::string out = report::headline(report) + "\n";
  std::size_t errors = 0, warnings = 0, left = 0;
  for (const Finding& finding : report::findings_of(report)) {
    if (finding.severity == Severity::note) continue;
    std::size_t& shown = finding.severity == Severity::error ? errors : warnings;
    if (shown == shown_of_each) {
      ++left;
      continue;
    }
    ++shown;
    out += annotation(finding);
  }
  if (left > 0)
    out += fmt::format(
        "::notice title=gridlock::{} more finding{} not shown here: GitHub shows ten of a kind per step. "
        "--report sarif=FILE or --report markdown=FILE tells them all.\n",
        left, left == 1 ? " is" : "s are");
  return out;
}

}  // namespace gridlock
