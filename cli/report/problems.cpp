// Mistakes of the user, shown as a compiler shows them.
#include <fmt/format.h>

#include <algorithm>

#include "cli/report/report.h"
#include "cli/report/text.h"
#include "cli/report/utf8.h"

namespace gridlock {
namespace {

using namespace report;

/// Line `number` (from 1) of a text, without its end; empty when there is none.
std::string_view line_of(std::string_view source, int number) {
  for (int i = 1; !source.empty(); ++i) {
    const std::size_t end = source.find('\n');
    std::string_view line = source.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (i == number) return line;
    if (end == std::string_view::npos) break;
    source.remove_prefix(end + 1);
  }
  return {};
}

/// The part of a long line that is shown: whole characters around the place.
struct Excerpt {
  std::string before, after;  ///< the place is between them
};

/// Characters one by one, blanks kept (the caret must stand under its place), tabs as one blank.
std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const Utf8Char c = next_char(text);
    const std::string_view bytes = text.substr(0, c.bytes);
    out.push_back(c.code == ' ' || c.code == '\t' ? " " : clean(bytes));
    text.remove_prefix(c.bytes);
  }
  return out;
}

Excerpt excerpt(std::string_view line, std::size_t at, std::size_t room) {
  Excerpt cut;
  auto before = characters(line.substr(0, at));
  const auto after = characters(line.substr(at));
  const auto width = [](const std::vector<std::string>& some) {
    std::size_t sum = 0;
    for (const auto& one : some) sum += columns(std::string_view(one));
    return sum;
  };
  if (width(before) + width(after) > room && width(before) > room / 2) {
    while (!before.empty() && width(before) + 3 > room / 2) before.erase(before.begin());
    cut.before = "...";
  }
  for (const auto& one : before) cut.before += one;
  for (const auto& one : after) {
    if (columns(std::string_view(cut.before)) + columns(std::string_view(cut.after)) + 3 > room &&
        &one != &after.back()) {
      cut.after += "...";
      break;
    }
    cut.after += one;
  }
  return cut;
}

void show_place(const Problem& problem, std::string_view source, Page& page) {
  const std::string_view line = line_of(source, problem.where.line);
  if (problem.where.line <= 0 || line.empty()) return;
  const std::string number = fmt::format("{:5} │ ", problem.where.line);
  const std::size_t edge = columns(std::string_view(number));
  const std::size_t at = std::min(line.size(), static_cast<std::size_t>(std::max(problem.where.column, 1) - 1));
  const Excerpt cut = excerpt(line, at, std::max<std::size_t>(page.width() > edge ? page.width() - edge : 0, 30));
  page.line(Text(Ink::dim, number).add(cut.before + cut.after));
  if (problem.where.column <= 0) return;
  const std::string blanks(columns(std::string_view(cut.before)), ' ');
  page.line(Text(Ink::dim, std::string(edge - 2, ' ') + "│ ").add(blanks).add(Ink::bad, "^"));
}

}  // namespace

std::string to_text(const Problems& problems, std::string_view source, const Style& style) {
  Page page(static_cast<std::size_t>(std::max(style.width, 20)));
  for (const Problem& problem : problems) {
    const std::string where = to_string(problem.where);
    Text line;
    if (!where.empty()) line.add(Ink::strong, clean(where) + ":").add(" ");
    // One line, however long: editors and CI read `file:line:column: error: message` from it.
    page.line(line.add(Ink::bad, "error:").add(" " + clean(problem.message)));
    show_place(problem, source, page);
    if (!problem.hint.empty()) page.paragraph(Text(Ink::good, "  hint:").add(" "), Text(clean(problem.hint)));
  }
  return page.str(style.colour);
}

}  // namespace gridlock
