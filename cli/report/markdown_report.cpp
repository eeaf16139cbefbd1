// The report for a pull request: what was found, how to mend it, the rest folded away.
#include <fmt/format.h>

#include <algorithm>

#include "cli/report/comparison_markdown.h"
#include "cli/report/dance.h"
#include "cli/report/explored.h"
#include "cli/report/headline.h"
#include "cli/report/predicted.h"
#include "cli/report/report.h"
#include "cli/report/text.h"
#include "cli/report/words.h"

namespace gridlock {
namespace {

using namespace report;

// GitHub refuses comments above 65,536 characters; the most frequent kinds say enough.
constexpr std::size_t kinds_shown = 8;
constexpr std::size_t steps_shown = 24;

/// Text that Markdown and HTML leave as it is.
std::string escaped(std::string_view raw) {
  std::string out;
  for (const char c : clean(raw)) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '|':
      case '*':
      case '_':
      case '`':
      case '[':
      case ']':
      case '#':
      case '~':
      case '\\':
      case '@':
        out += '\\';
        out += c;
        break;
      default: out += c;
    }
  }
  return out;
}

/// A code span, also inside a table. A statement with backticks needs a longer fence.
std::string code(std::string_view raw) {
  std::string text;
  std::size_t run = 0, longest = 0;
  for (const char c : clean(raw)) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    if (c == '|') text += '\\';
    text += c;
  }
  if (text.empty()) return "";
  const std::string fence(longest + 1, '`');
  const std::string blank = longest > 0 ? " " : "";
  return fence + blank + text + blank + fence;
}

/// Sentences in which statements stand between backticks.
std::string prose(std::string_view text) {
  if (std::count(text.begin(), text.end(), '`') % 2 != 0) return escaped(text);
  std::string out;
  for (bool quoted = false;; quoted = !quoted) {
    const std::size_t end = text.find('`');
    const std::string_view part = text.substr(0, end);
    // `escaped` trims: the blanks around a quotation are put back.
    const bool before = !quoted && part.starts_with(' '), after = !quoted && part.ends_with(' ') && part.size() > 1;
    out += (before ? " " : "") + (quoted ? code(part) : escaped(part)) + (after ? " " : "");
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::string dance_table(const Dance& dance) {
  std::string out = "\n| |";
  for (const auto& session : dance.sessions) out += " " + escaped(session) + " |";
  out += "\n|---|";
  for (std::size_t i = 0; i < dance.sessions.size(); ++i) out += "---|";
  out += "\n";
  for (const DanceStep& step : dance.steps) {
    out += "| " + escaped(step.label) + " |";
    for (const auto& session : dance.sessions) {
      if (session == step.session) {
        out += " " + (step.sql.empty() ? std::string("(goes on)") : code(step.sql));
        if (!step.outcome.empty()) out += " → " + escaped(step.outcome.str(false));
      }
      out += " |";
    }
    out += "\n";
  }
  return out + "\n";
}

/// `- **bob** (the victim, rolled back) runs ..., holds ... and waits for ...`
std::string ring_list(const Deadlock& deadlock) {
  std::string out;
  for (std::size_t i = 0; i < deadlock.parties.size(); ++i) {
    const Party& party = deadlock.parties[i];
    const auto lock = [](std::string_view verb, const Lock& what) {
      return fmt::format("{} {}{}", verb, escaped(in_words(what)), what.mode.empty() ? "" : " " + code(what.mode));
    };
    std::vector<std::string> does;
    if (!party.statement.empty()) does.push_back("runs " + code(party.statement));
    if (!party.holds.empty()) does.push_back(lock("holds", party.holds.front()));
    if (party.waits_for) does.push_back(lock("waits for", *party.waits_for));
    out += fmt::format("- **{}**{} {}\n", escaped(party.name), deadlock.victim == i ? " (the victim, rolled back)" : "",
                       listed(does));
  }
  return out;
}

std::string diff_block(const Advice& advice) {
  if (advice.rewrites.empty()) return "";
  std::string out = "\n   ```diff\n";
  const auto lines = [&out](std::string_view sql, char sign) {
    while (!sql.empty()) {
      const std::size_t end = sql.find('\n');
      if (const std::string line = clean(sql.substr(0, end)); !line.empty())
        out += fmt::format("   {} {}\n", sign, line);
      if (end == std::string_view::npos) break;
      sql.remove_prefix(end + 1);
    }
  };
  for (const auto& rewrite : advice.rewrites) {
    if (!rewrite.party.empty()) out += "   # " + clean(rewrite.party) + "\n";
    lines(rewrite.before, '-');
    lines(rewrite.after, '+');
  }
  return out + "   ```\n";
}

std::string one_kind(const Kind& kind) {
  const DiagnosedDeadlock& one = *kind.shapes.front();
  const Diagnosis& diagnosis = one.diagnosis;
  std::string out = fmt::format("#### {} ({}{})\n\n", escaped(diagnosis.title), code(diagnosis.pattern),
                                kind.count > 1 ? ", seen " + thousands(kind.count) + " times" : "");
  out += ring_list(one.deadlock);
  if (!diagnosis.advice.empty()) {
    out += "\n**What to do**\n\n";
    for (std::size_t i = 0; i < diagnosis.advice.size(); ++i) {
      const Advice& advice = diagnosis.advice[i];
      out += fmt::format("{}. **{}** (breaks {})\n", i + 1, escaped(advice.title), to_string(advice.breaks));
      // One diff is enough for a comment: the best advice comes first.
      if (i == 0) out += diff_block(advice);
    }
  }
  out += "\n<details><summary>How it happened, and why</summary>\n";
  const Dance dance = dance_of(one.deadlock, steps_shown);
  if (!dance.steps.empty()) out += dance_table(dance);
  if (!diagnosis.explanation.empty()) out += "\n" + prose(diagnosis.explanation) + "\n";
  for (const auto& folklore : diagnosis.folklore) out += "\n- Would not help: " + prose(folklore);
  if (!diagnosis.folklore.empty()) out += "\n";
  out += fmt::format("\nProof: {}.\n", in_words(one.deadlock.proof));
  return out + "\n</details>\n\n";
}

std::string checks_table(const Report& report) {
  std::string out = "\n| | expectation | expected | got |\n|---|---|---|---|\n";
  for (const Run& run : report.runs)
    for (const Check& check : run.checks)
      out += fmt::format("| {} | {} | {} | {} |\n",
                         !check.judged ? "open"
                         : check.holds ? "holds"
                                       : "**failed**",
                         escaped(check.what), escaped(check.expected), escaped(check.got));
  return out + "\n";
}

std::string figures(const Report& report) {
  std::string out =
      "\n| engine | committed | rolled back | retried | failed | lock waits | p95 | deadlocks | lock timeouts |\n"
      "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
  for (const Run& run : report.runs) {
    const RunSummary& s = run.summary;
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", escaped(s.engine), thousands(s.committed),
                       thousands(s.rolled_back), thousands(s.retried), thousands(s.failed), thousands(s.waits.count),
                       milliseconds(s.waits.p95_ms), thousands(s.deadlocks), thousands(s.lock_timeouts));
  }
  return out;
}

std::string explored_part(const Report::Explored& explored) {
  std::string out;
  if (!explored.witnesses.empty()) out += "\n| | met | shortest order | token |\n|---|--:|---|---|\n";
  for (const auto& one : explored.witnesses) {
    std::string order;
    for (const std::string& step : one.order) order += (order.empty() ? "" : " ") + step;
    const std::string detail = one.detail.empty() ? "" : ": " + one.detail;
    out += fmt::format("| {} | {} | {} | {} |\n", escaped(std::string(to_string(one.what)) + detail),
                       thousands(one.count), escaped(order), code(one.token));
  }
  out += "\n";
  for (const std::string& sentence : coverage_in_words(explored)) out += "- " + escaped(sentence) + "\n";
  return out;
}

}  // namespace

std::string to_markdown(const Report& report) {
  std::string out = "### gridlock: " + escaped(headline(report)) + "\n\n";
  if (const std::string line = context(report); !line.empty()) out += escaped(line) + "\n\n";
  if (report.stopped) out += "Stopped by a signal: this is the report of what happened so far.\n\n";
  const std::uint64_t failed = checks_failed(report);
  if (checks_made(report) > 0) {
    out += failed == 0 ? fmt::format("All {} hold.\n\n", counted(checks_made(report), "expectation"))
                       : fmt::format("{} of {} **failed**.\n", failed, counted(checks_made(report), "expectation"));
    if (failed > 0) out += checks_table(report);
  }
  const bool compares = report.command == "compare" && !report.runs.empty();
  if (compares) out += report::comparison_markdown(report, escaped, code);
  const auto kinds = kinds_of(report.analysis);
  for (std::size_t i = 0; i < std::min(kinds.size(), kinds_shown); ++i) out += one_kind(kinds[i]);
  if (kinds.size() > kinds_shown) out += fmt::format("And {}.\n", counted(kinds.size() - kinds_shown, "more kind"));
  if (report.predicted) out += predicted_markdown(*report.predicted);
  if (report.explored) out += explored_part(*report.explored);
  if (report.replayed && report.replayed->diverged)
    out += escaped(divergence_in_words(*report.replayed->diverged)) + "\n\n";
  if (!compares && !report.explored && !report.runs.empty() && report.runs.front().problems.empty())
    out += figures(report);
  if (!report.again.empty()) out += "\nThe same again: " + code(report.again) + "\n";
  return out;
}

}  // namespace gridlock
