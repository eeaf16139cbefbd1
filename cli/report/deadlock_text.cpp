// One deadlock, told to somebody who meets it for the first time.
#include <fmt/format.h>

#include <algorithm>

#include "cli/report/dance.h"
#include "cli/report/ring.h"
#include "cli/report/sections.h"
#include "cli/report/words.h"

namespace gridlock::report {
namespace {

constexpr std::size_t steps_shown = 16;
constexpr std::size_t statement_lines = 3;
constexpr std::size_t kinds_listed = 12;

std::string_view how_it_helps(Condition condition) {
  switch (condition) {
    case Condition::mutual_exclusion: return "mutual exclusion: the transactions need not exclude each other there";
    case Condition::hold_and_wait: return "hold and wait: nobody keeps one lock while waiting for the other";
    case Condition::no_preemption: return "no preemption: who waits gives its locks back instead of keeping them";
    case Condition::circular_wait: return "circular wait: with one order for all, the waiting cannot become a ring";
  }
  return "";
}

std::string times(std::uint64_t count) { return count == 1 ? "once" : thousands(count) + " times"; }

/// `seen 3 times, first at 03:14:15, last at 04:00:00`
std::string when(const Deadlock& deadlock, bool of_run) {
  std::string out = "seen " + times(deadlock.count);
  const std::string first = clean(deadlock.first_seen), last = clean(deadlock.last_seen);
  const bool once = deadlock.count == 1 || last.empty() || last == first;
  if (first.empty()) return out;
  if (of_run) return out + fmt::format(", {}{} into the run", first, once ? "" : " to " + last);
  return out + (once ? ", at " + first : fmt::format(", first at {}, last at {}", first, last));
}

void tell_title(const DiagnosedDeadlock& one, const Kind& kind, const Telling& telling, Page& page) {
  page.blank();
  std::string number =
      telling.total > 1 ? fmt::format("Deadlock {} of {}: ", telling.number, telling.total) : "Deadlock: ";
  page.paragraph(Text(), Text(Ink::title, number + clean(one.diagnosis.title)));
  std::string about = fmt::format("pattern {}, {}", clean(one.diagnosis.pattern), when(one.deadlock, telling.of_run));
  if (!one.deadlock.where.empty()) about += ", " + clean(one.deadlock.where);
  if (const std::size_t others = kind.shapes.size() - 1; others > 0 && !telling.verbose)
    about += fmt::format("; {} more in {} (--verbose tells them)", times(kind.count - one.deadlock.count),
                         counted(others, "other shape"));
  page.paragraph(Text(), Text(Ink::dim, about));
}

void tell_terms(const Deadlock& deadlock, bool verbose, Told& told, Page& page) {
  std::vector<std::string> sentences;
  if (!told.deadlock)
    sentences.emplace_back(
        "Deadlock: a ring of transactions, each waiting for a lock that the next one keeps. None can ever go on, so "
        "the "
        "database picks one, the victim, and rolls it back.");
  told.deadlock = true;
  const auto more = explain_terms(locks_drawn(deadlock, verbose), told.terms);
  sentences.insert(sentences.end(), more.begin(), more.end());
  if (sentences.empty()) return;
  heading("What these words mean", page);
  for (const auto& sentence : sentences) {
    const std::size_t colon = sentence.find(": ");
    Text text;
    const bool is_definition = colon < 24;
    if (is_definition) text.add(Ink::strong, std::string_view(sentence).substr(0, colon + 1));
    text.add(std::string_view(sentence).substr(is_definition ? colon + 1 : 0));
    page.paragraph(Text("  "), text);
  }
}

void diff_lines(std::string_view sql, std::string_view sign, Ink ink, Page& page) {
  while (!sql.empty()) {
    const std::size_t end = sql.find('\n');
    const std::string line = clean(sql.substr(0, end));
    if (!line.empty()) page.paragraph(Text("     ").add(ink, sign).add(" "), Text(ink, line));
    if (end == std::string_view::npos) break;
    sql.remove_prefix(end + 1);
  }
}

void tell_rewrites(const Advice& advice, Page& page) {
  std::string party = "-";
  for (const auto& rewrite : advice.rewrites) {
    if (rewrite.party != party) {
      page.line(
          Text("     ").add(Ink::strong, rewrite.party.empty() ? "in the schema" : clean(rewrite.party)).add(":"));
      party = rewrite.party;
    }
    diff_lines(rewrite.before, "-", Ink::bad, page);
    diff_lines(rewrite.after, "+", Ink::good, page);
  }
}

void tell_verified(const Advice& advice, Page& page) {
  if (!advice.verified) return;
  const auto& verified = *advice.verified;
  page.paragraph(Text("     "),
                 Text(Ink::good, fmt::format("Checked on {}{}: {} before, {} after.", clean(verified.engine),
                                             verified.exhaustive ? ", in every order of the steps" : "",
                                             counted(verified.before, "deadlock"), thousands(verified.after))));
}

void tell_advice(const Diagnosis& diagnosis, Told& told, Page& page) {
  if (diagnosis.advice.empty()) return;
  heading("What to do", page);
  if (!told.conditions)
    page.paragraph(Text("  "),
                   Text(Ink::dim,
                        "A deadlock needs four things at once: mutual exclusion (locks that exclude each other), "
                        "hold and wait, no preemption (no lock is taken away), and a circular wait. Breaking any "
                        "one of them is enough."));
  told.conditions = true;
  for (std::size_t i = 0; i < diagnosis.advice.size(); ++i) {
    const Advice& advice = diagnosis.advice[i];
    page.blank();
    page.paragraph(Text(Ink::strong, fmt::format("  {}. ", i + 1)), Text(Ink::strong, clean(advice.title)));
    paragraphs(Text("     "), advice.detail, page);
    tell_rewrites(advice, page);
    page.paragraph(Text("     "), Text(Ink::dim, "breaks " + std::string(how_it_helps(advice.breaks))));
    tell_verified(advice, page);
  }
  const bool tried = std::any_of(diagnosis.advice.begin(), diagnosis.advice.end(),
                                 [](const Advice& advice) { return advice.verified.has_value(); });
  if (!tried) {
    page.blank();
    page.paragraph(Text("  "),
                   Text(Ink::dim, "None of this has been tried: change the statements and run them again."));
  }
}

void tell_folklore(const Diagnosis& diagnosis, Page& page) {
  if (diagnosis.folklore.empty()) return;
  heading("What would not help", page);
  for (const auto& one : diagnosis.folklore) page.paragraph(Text("  - "), Text(clean(one)));
}

void tell_proof(const DiagnosedDeadlock& one, Page& page) {
  heading("How sure this is", page);
  page.paragraph(Text("  "), Text(in_words(one.deadlock.proof)));
  if (one.deadlock.limit_reached)
    page.paragraph(Text("  "),
                   Text(Ink::waiting, "The search was cut short: more transactions may belong to the ring."));
  for (const auto& note : one.deadlock.notes) page.paragraph(Text("  "), Text(clean(note)));
  if (!one.diagnosis.fingerprint.empty())
    page.paragraph(Text("  "), Text(Ink::dim, "fingerprint " + clean(one.diagnosis.fingerprint)));
}

void tell_deadlock(const DiagnosedDeadlock& one, const Kind& kind, const Telling& telling, Told& told, Page& page) {
  tell_title(one, kind, telling, page);
  if (telling.with_dance && !one.deadlock.schedule.empty()) {
    heading("What happened", page);
    Dance dance = dance_of(one.deadlock, telling.verbose ? one.deadlock.schedule.size() : steps_shown);
    if (!telling.verbose) dance.statement_lines = statement_lines;
    draw(dance, page);
  }
  heading("Who holds what, and who waits for it", page);
  draw_ring(one.deadlock, telling.verbose, page);
  tell_terms(one.deadlock, telling.verbose, told, page);
  if (!one.diagnosis.explanation.empty()) {
    heading("Why", page);
    paragraphs(Text("  "), one.diagnosis.explanation, page);
  }
  tell_advice(one.diagnosis, told, page);
  tell_folklore(one.diagnosis, page);
  tell_proof(one, page);
}

}  // namespace

void heading(std::string_view title, Page& page) {
  page.blank();
  page.line(Text(Ink::strong, title));
}

void paragraphs(const Text& first, std::string_view text, Page& page) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (const std::string line = clean(text.substr(0, end)); !line.empty()) page.paragraph(first, Text(line));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
}

void tell_kinds(const std::vector<Kind>& kinds, bool verbose, Page& page) {
  if (kinds.size() < 2) return;
  heading("The kinds, most frequent first", page);
  const std::size_t shown = verbose ? kinds.size() : std::min(kinds.size(), kinds_listed);
  for (std::size_t i = 0; i < shown; ++i) {
    const Kind& kind = kinds[i];
    Text text(clean(kind.shapes.front()->diagnosis.pattern) + kind.tables);
    if (kind.shapes.size() > 1) text.add(Ink::dim, fmt::format(", in {}", counted(kind.shapes.size(), "shape")));
    page.paragraph(Text(fmt::format("  {:3}. {:>7} x  ", i + 1, thousands(kind.count))), text);
  }
  if (shown < kinds.size())
    page.line(
        Text(Ink::dim, fmt::format("  and {} (--verbose lists them)", counted(kinds.size() - shown, "more kind"))));
}

void tell_kind(const Kind& kind, const Telling& telling, Told& told, Page& page) {
  const std::size_t shapes = telling.verbose ? kind.shapes.size() : 1;
  for (std::size_t i = 0; i < shapes; ++i) tell_deadlock(*kind.shapes[i], kind, telling, told, page);
}

}  // namespace gridlock::report
