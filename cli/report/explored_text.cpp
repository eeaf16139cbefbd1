// The text report's part on exploring and replaying.
#include <fmt/format.h>

#include "cli/report/explored.h"
#include "cli/report/sections.h"
#include "cli/report/words.h"

namespace gridlock::report {
namespace {

constexpr std::size_t witnesses_listed = 10;

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : " ") + clean(name);
  return out;
}

}  // namespace

void tell_coverage(const Report& report, Page& page) {
  if (!report.explored) return;
  heading("What was explored", page);
  for (const std::string& sentence : coverage_in_words(*report.explored)) page.paragraph("  ", sentence);
}

void tell_witnesses(const Report& report, bool verbose, Page& page) {
  if (!report.explored || report.explored->witnesses.empty()) return;
  heading("The shortest order to each", page);
  const auto& witnesses = report.explored->witnesses;
  const std::size_t shown = verbose ? witnesses.size() : std::min(witnesses.size(), witnesses_listed);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& one = witnesses[i];
    page.paragraph(
        Text(Ink::strong, fmt::format("  {:2}  ", i + 1)),
        Text(fmt::format("{}, met {}: ", to_string(one.what), counted(one.count, "time"))).add(joined(one.order)));
    if (!one.detail.empty()) page.paragraph("      ", clean(one.detail));
    if (!one.file.empty()) page.paragraph("      ", Text(Ink::dim, "schedule: ").add(clean(one.file)));
    page.paragraph("      ", Text(Ink::dim, "token: ").add(one.token));
  }
  if (shown < witnesses.size())
    page.line(
        Text(Ink::dim, fmt::format("  and {} (--verbose shows them)", counted(witnesses.size() - shown, "more"))));
}

void tell_replay(const Report& report, Page& page) {
  if (!report.replayed || !report.replayed->diverged) return;
  page.paragraph(Text(), Text(Ink::waiting, clean(divergence_in_words(*report.replayed->diverged))));
}

}  // namespace gridlock::report
