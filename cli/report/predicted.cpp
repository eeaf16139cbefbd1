#include "cli/report/predicted.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/report/sections.h"
#include "cli/report/words.h"

namespace gridlock::report {
namespace {

using Potential = Report::Predicted::Potential;
using Proof = Potential::Proof;

std::size_t proven(const Report::Predicted& predicted, Proof proof) {
  return static_cast<std::size_t>(std::count_if(predicted.potential.begin(), predicted.potential.end(),
                                                [&](const Potential& one) { return one.proof == proof; }));
}

std::string looked_at(const Report::Predicted& predicted) {
  return fmt::format("{} of transactions, {} of locks, {} of one after another; {} that a common earlier lock prevents",
                     counted(predicted.transactions, "kind"), counted(predicted.classes, "class"),
                     counted(predicted.edges, "pair"), counted(predicted.guarded, "ring"));
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : " ") + clean(name);
  return out;
}

}  // namespace

std::string_view to_string(Proof proof) {
  constexpr std::array<std::string_view, 3> words{"confirmed", "refuted", "unconfirmed"};
  return words[static_cast<std::size_t>(proof)];
}

std::string predicted_headline(const Report& report) {
  const Report::Predicted& predicted = *report.predicted;
  const std::size_t all = predicted.potential.size();
  if (all == 0)
    return fmt::format("No potential deadlock: the lock orders of {} go together",
                       counted(predicted.transactions, "transaction kind"));
  return fmt::format("{}: {} confirmed, {} refuted, {} unconfirmed", counted(all, "potential deadlock"),
                     proven(predicted, Proof::confirmed), proven(predicted, Proof::refuted),
                     proven(predicted, Proof::unconfirmed));
}

void tell_predicted(const Report& report, Page& page) {
  if (!report.predicted) return;
  const Report::Predicted& predicted = *report.predicted;
  if (!predicted.potential.empty()) heading("Lock orders that go against each other", page);
  for (std::size_t i = 0; i < predicted.potential.size(); ++i) {
    const Potential& one = predicted.potential[i];
    const Ink ink = one.proof == Proof::confirmed ? Ink::bad : one.proof == Proof::refuted ? Ink::good : Ink::waiting;
    page.line(Text(Ink::strong, fmt::format("  {:2}  ", i + 1)).add(ink, to_string(one.proof)));
    for (const auto& party : one.parties) {
      page.paragraph("      ", Text(Ink::strong, clean(party.transaction)));
      page.paragraph("        holds  ", Text(clean(party.holds)).add(Ink::dim, ", by ").add(clean(party.held_by)));
      page.paragraph("        wants  ", Text(clean(party.wants)).add(Ink::dim, ", by ").add(clean(party.wanted_by)));
    }
    if (!one.order.empty()) page.paragraph("      ", Text(Ink::dim, "order: ").add(joined(one.order)));
    if (!one.file.empty()) page.paragraph("      ", Text(Ink::dim, "schedule: ").add(clean(one.file)));
  }
  heading("What was looked at", page);
  page.paragraph("  ", looked_at(predicted) + ".");
  page.paragraph(
      "  ",
      "Each transaction was played alone. Confirmed: a schedule of the ring's transactions deadlocks. Refuted: "
      "none does, on the rows seen. Unconfirmed: none was found, but other rows or more transactions might.");
}

std::string predicted_markdown(const Report::Predicted& predicted) {
  std::string out = "\n| | transaction | holds | wants |\n|---|---|---|---|\n";
  for (const Potential& one : predicted.potential)
    for (std::size_t i = 0; i < one.parties.size(); ++i)
      out += fmt::format("| {} | {} | {} | {} |\n", i == 0 ? to_string(one.proof) : "",
                         clean(one.parties[i].transaction), clean(one.parties[i].holds), clean(one.parties[i].wants));
  return (predicted.potential.empty() ? "" : out) + "\n" + looked_at(predicted) + ".\n";
}

}  // namespace gridlock::report
