// The dance on the page.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/report/dance.h"
#include "cli/report/words.h"

namespace gridlock::report {
namespace {

/// The middle is left out: a statement's beginning says what it does, its end mostly to which row.
std::string shortened(const std::string& sql, std::size_t to) {
  const auto width = columns(std::string_view(sql));
  if (width <= to || to < 8) return sql;
  const std::size_t head = to * 3 / 5, tail = to - head - 5;
  const auto first = Text(sql).wrapped(head).front().str(false);
  std::size_t begin = sql.size() - std::min(sql.size(), tail);
  while (begin < sql.size() && sql[begin] != ' ') ++begin;
  return first + " ..." + sql.substr(begin);
}

/// `room`: how many columns the statement may take; 0: as many as it wants.
Text said(const DanceStep& step, std::size_t room = 0) {
  Text text;
  if (step.sql.empty()) {
    text.add(Ink::dim, "(goes on)");
  } else {
    text.add(room == 0 ? clean(step.sql) : shortened(clean(step.sql), room));
  }
  if (!step.outcome.empty()) text.add(Ink::dim, " -> ").add(step.outcome);
  return text;
}

/// How wide each column is to be: as wide as its longest line where all fit, else the widest give way first.
std::vector<std::size_t> shares(std::vector<std::size_t> wanted, std::size_t room) {
  std::vector<std::size_t> out(wanted.size(), 0);
  std::vector<std::size_t> open(wanted.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  while (!open.empty()) {
    const std::size_t fair = room / open.size();
    const auto small = std::find_if(open.begin(), open.end(), [&](std::size_t i) { return wanted[i] <= fair; });
    const std::size_t at = small == open.end() ? open.front() : *small;
    out[at] = std::min(wanted[at], fair);
    room -= out[at];
    open.erase(small == open.end() ? open.begin() : small);
  }
  return out;
}

constexpr std::string_view rule = " │ ";
constexpr std::size_t narrowest_column = 22;

class Columns {
 public:
  Columns(const Dance& dance, Page& page) : dance_(dance), page_(page) {
    for (const DanceStep& step : dance.steps)
      label_width_ = std::max(label_width_, columns(std::string_view(step.label)));
    std::vector<std::size_t> wanted;
    for (const std::string& session : dance.sessions) wanted.push_back(columns(std::string_view(clean(session))));
    for (const DanceStep& step : dance.steps) {
      auto& width = wanted[index_of(step.session)];
      width = std::max(width, said(step).width());
    }
    const std::size_t taken = 2 + label_width_ + 2 + 3 * (dance.sessions.size() - 1);
    room_ = page.width() > taken ? page.width() - taken : 0;
    widths_ = shares(wanted, room_);
  }

  /// No column is squeezed below what a statement needs to be read.
  bool fit() const { return room_ / dance_.sessions.size() >= narrowest_column; }

  void draw() {
    std::vector<Text> names;
    for (const std::string& session : dance_.sessions) names.emplace_back(Ink::strong, clean(session));
    put("", names);
    for (const DanceStep& step : dance_.steps) {
      const std::size_t column = index_of(step.session);
      std::string label = step.label;
      for (const Text& line : said(step, dance_.statement_lines * widths_[column]).wrapped(widths_[column])) {
        std::vector<Text> cells(dance_.sessions.size());
        cells[column] = line;
        put(std::exchange(label, ""), cells);
      }
    }
  }

 private:
  std::size_t index_of(const std::string& session) const {
    const auto at = std::find(dance_.sessions.begin(), dance_.sessions.end(), session);
    return static_cast<std::size_t>(at - dance_.sessions.begin());
  }

  void put(const std::string& label, const std::vector<Text>& cells) {
    Text line("  ");
    line.add(Text(Ink::dim, label).padded(label_width_)).add("  ");
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line.add(Ink::dim, rule);
      line.add(cells[i].padded(widths_[i]));
    }
    page_.line(line);
  }

  const Dance& dance_;
  Page& page_;
  std::size_t label_width_ = 0, room_ = 0;
  std::vector<std::size_t> widths_;
};

void draw_lines(const Dance& dance, Page& page) {
  std::size_t label = 0, name = 0;
  for (const DanceStep& step : dance.steps) {
    label = std::max(label, columns(std::string_view(step.label)));
    name = std::max(name, columns(std::string_view(clean(step.session))));
  }
  for (const DanceStep& step : dance.steps) {
    Text first("  ");
    first.add(Text(Ink::dim, step.label).padded(label)).add("  ");
    first.add(Text(Ink::strong, clean(step.session)).padded(name)).add("  ");
    const std::size_t room = page.width() > first.width() ? page.width() - first.width() : 0;
    page.paragraph(first, said(step, dance.statement_lines * room));
  }
}

}  // namespace

void draw(const Dance& dance, Page& page) {
  if (dance.steps.empty()) return;
  if (dance.left_out > 0)
    page.line(Text(Ink::dim, fmt::format("  ... {} before (--verbose shows all)", counted(dance.left_out, "step"))));
  Columns side_by_side(dance, page);
  if (side_by_side.fit()) {
    side_by_side.draw();
  } else {
    draw_lines(dance, page);
  }
}

}  // namespace gridlock::report
