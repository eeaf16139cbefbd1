#include "cli/report/locks_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/report/index_picture.h"
#include "cli/report/json_layout.h"
#include "cli/report/json_parts.h"
#include "cli/report/text.h"
#include "cli/version.h"

namespace gridlock::report {
namespace {

/// A lock in words, and on which engines it was seen. Cells: table, index, lock, on what.
struct Row {
  std::array<std::string, 4> cells;
  std::vector<bool> on;
  bool everywhere() const { return std::find(on.begin(), on.end(), false) == on.end(); }
};

constexpr std::array<std::string_view, 4> headings{"table", "index", "lock", "on"};

Row row_of(const Lock& lock, std::size_t engines) {
  Row row{{lock.table, lock.index, lock.mode + (lock.waiting ? " (waits)" : ""), lock.data},
          std::vector<bool>(engines)};
  if (lock.data.empty()) row.cells[3] = lock.object;
  if (row.cells[3].empty()) row.cells[3] = lock.index.empty() ? "the table" : "the index";
  if (lock.supremum) row.cells[3] = "the end of the index";
  for (std::string& cell : row.cells) cell = clean(cell);
  return row;
}

const StatementLocks* statement_of(const LocksAnswer& answer, std::size_t number) {
  return number < answer.statements.size() ? &answer.statements[number] : nullptr;
}

/// The locks of statement `number` on all engines, in the first engine's order of acquisition; the others' own after.
std::vector<Row> rows_of(const LocksReport& report, std::size_t number) {
  std::vector<Row> rows;
  for (std::size_t engine = 0; engine < report.answers.size(); ++engine) {
    const StatementLocks* statement = statement_of(report.answers[engine], number);
    if (statement == nullptr) continue;
    for (const Lock& lock : statement->locks) {
      Row row = row_of(lock, report.answers.size());
      const auto same = std::find_if(rows.begin(), rows.end(),
                                     [&](const Row& other) { return other.cells == row.cells && !other.on[engine]; });
      Row& told = same == rows.end() ? rows.emplace_back(row) : *same;
      told.on[engine] = true;
    }
  }
  return rows;
}

std::size_t statements(const LocksReport& report) {
  std::size_t most = 0;
  for (const LocksAnswer& answer : report.answers) most = std::max(most, answer.statements.size());
  return most;
}

std::string title(const LocksReport& report, std::size_t number) {
  for (const LocksAnswer& answer : report.answers)
    if (const StatementLocks* statement = statement_of(answer, number)) return clean(statement->statement);
  return "";
}

/// How it came out where it did not simply end well.
std::string remark_on(const LocksAnswer& answer, const StatementLocks& statement) {
  if (statement.outcome == Outcome::done) return "";
  std::string text = answer.engine + ": " + std::string(to_string(statement.outcome));
  if (statement.error) text += fmt::format(" {}: {}", statement.error->code, statement.error->message);
  return clean(text);
}

/// `t.PRIMARY (19) [22]`, one for each index that is locked, by engine.
struct Drawn {
  std::string name, engine, picture;
};

std::vector<Drawn> pictures(const LocksReport& report, std::size_t number) {
  std::vector<Drawn> drawn;
  for (const LocksAnswer& answer : report.answers) {
    const StatementLocks* statement = statement_of(answer, number);
    if (statement == nullptr) continue;
    for (const IndexEntries& index : answer.indexes) {
      const std::string picture = index_picture(index, statement->locks);
      if (!picture.empty()) drawn.push_back({index.table + "." + index.index, answer.engine, clean(picture)});
    }
  }
  std::stable_sort(drawn.begin(), drawn.end(), [](const Drawn& a, const Drawn& b) { return a.name < b.name; });
  // engines that agree need one line
  for (std::size_t i = 1; i < drawn.size();) {
    if (drawn[i].name == drawn[i - 1].name && drawn[i].picture == drawn[i - 1].picture) {
      drawn[i - 1].engine += ", " + drawn[i].engine;
      drawn.erase(drawn.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return drawn;
}

// ---------------------------------------------------------------------------------------------------------- text

class TextWriter {
 public:
  TextWriter(const LocksReport& report, const Style& style)
      : report_(report),
        style_(style),
        page_(static_cast<std::size_t>(style.width)),
        several_(report.answers.size() > 1) {}

  std::string write() {
    Text head("What is locked on ");
    for (std::size_t i = 0; i < report_.answers.size(); ++i)
      head.add(Ink::strong,
               (i > 0 ? ", " : "") + clean(report_.answers[i].engine) + " (" + clean(report_.answers[i].version) + ")");
    if (!report_.isolation.empty()) head.add(", " + report_.isolation);
    page_.paragraph({}, head);
    for (std::size_t number = 0; number < statements(report_); ++number) tell(number);
    page_.blank();
    if (several_) {
      const std::size_t count = differences(report_);
      page_.line(count == 0 ? Text(Ink::good, "No lock differs.")
                            : Text(Ink::bad, fmt::format("{} {} (marked with *).", count,
                                                         count == 1 ? "lock differs" : "locks differ")));
    }
    page_.line(Text(Ink::dim, "[k] entry locked, (a,b) gap locked, (k) entry beside it, S shared"));
    return page_.str(style_.colour);
  }

 private:
  void tell(std::size_t number) {
    page_.blank();
    page_.paragraph(Text(Ink::title, fmt::format("{}. ", number + 1)), Text(Ink::title, title(report_, number)));
    for (const LocksAnswer& answer : report_.answers)
      if (const StatementLocks* statement = statement_of(answer, number))
        if (const std::string remark = remark_on(answer, *statement); !remark.empty())
          page_.paragraph("   ", Text(Ink::waiting, remark));
    const std::vector<Row> rows = rows_of(report_, number);
    if (rows.empty()) {
      page_.line(Text(Ink::dim, "   nothing more is locked"));
    } else {
      table(rows);
    }
    for (const Drawn& drawn : pictures(report_, number)) {
      page_.line(Text("   ")
                     .add(Ink::strong, drawn.name)
                     .add("  " + drawn.picture)
                     .add(Ink::dim, several_ ? "  " + drawn.engine : ""));
    }
  }

  void table(const std::vector<Row>& rows) {
    std::array<std::size_t, 4> widths{};
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = headings[i].size();
      for (const Row& row : rows) widths[i] = std::max(widths[i], columns(row.cells[i]));
    }
    Text head("     ");
    for (std::size_t i = 0; i < widths.size(); ++i) head.add(Text(Ink::dim, headings[i]).padded(widths[i] + 2));
    if (several_)
      for (const LocksAnswer& answer : report_.answers) head.add(Text(Ink::dim, clean(answer.engine) + "  "));
    page_.line(head);
    for (std::size_t number = 0; number < rows.size(); ++number) page_.line(line(rows[number], number + 1, widths));
  }

  Text line(const Row& row, std::size_t number, const std::array<std::size_t, 4>& widths) {
    Text text(several_ && !row.everywhere() ? Ink::bad : Ink::plain,
              fmt::format("{}{:>2}  ", several_ && !row.everywhere() ? "*" : " ", number));
    for (std::size_t i = 0; i < widths.size(); ++i) text.add(Text(row.cells[i]).padded(widths[i] + 2));
    for (std::size_t i = 0; several_ && i < row.on.size(); ++i)
      text.add(Text(row.on[i] ? "yes" : "-").padded(columns(clean(report_.answers[i].engine)) + 2));
    return text;
  }

  const LocksReport& report_;
  const Style& style_;
  Page page_;
  bool several_;
};

// ---------------------------------------------------------------------------------------------------------- JSON

Json statement_json(const LocksAnswer& answer, const StatementLocks& statement) {
  Json locks = Json::array(), drawn = Json::array();
  for (const Lock& lock : statement.locks) locks.push_back(lock_row_json("session", lock));
  for (const IndexEntries& index : answer.indexes)
    if (const std::string picture = index_picture(index, statement.locks); !picture.empty())
      drawn.push_back(Json{{"table", index.table}, {"index", index.index}, {"picture", picture}});
  Json json{{"statement", statement.statement}, {"outcome", std::string(to_string(statement.outcome))}};
  json["error"] =
      statement.error ? Json{{"code", statement.error->code}, {"message", statement.error->message}} : Json();
  json["locks"] = std::move(locks);
  json["pictures"] = std::move(drawn);
  return json;
}

/// A cell of a Markdown table.
std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, "\\");
  return text;
}

}  // namespace

std::size_t differences(const LocksReport& report) {
  std::size_t count = 0;
  for (std::size_t number = 0; number < statements(report); ++number)
    for (const Row& row : rows_of(report, number)) count += row.everywhere() ? 0 : 1;
  return count;
}

std::string locks_text(const LocksReport& report, const Style& style) { return TextWriter(report, style).write(); }

std::string locks_markdown(const LocksReport& report) {
  std::string out = "# What is locked\n";
  for (std::size_t number = 0; number < statements(report); ++number) {
    out += fmt::format("\n## {}\n\n```sql\n{}\n```\n\n|", number + 1, title(report, number));
    for (const std::string_view heading : headings) out += fmt::format(" {} |", heading);
    for (const LocksAnswer& answer : report.answers) out += fmt::format(" {} |", cell(clean(answer.engine)));
    out += "\n|";
    for (std::size_t i = 0; i < headings.size() + report.answers.size(); ++i) out += "---|";
    out += "\n";
    for (const Row& row : rows_of(report, number)) {
      out += "|";
      for (const std::string& text : row.cells) out += fmt::format(" {} |", cell(text));
      for (const bool on : row.on) out += on ? " yes |" : " **no** |";
      out += "\n";
    }
    for (const Drawn& drawn : pictures(report, number))
      out += fmt::format("\n`{}` on {}: `{}`\n", drawn.name, drawn.engine, drawn.picture);
    for (const LocksAnswer& answer : report.answers)
      if (const StatementLocks* statement = statement_of(answer, number))
        if (const std::string remark = remark_on(answer, *statement); !remark.empty()) out += "\n" + remark + "\n";
  }
  return out;
}

std::string locks_json(const LocksReport& report) {
  Json engines = Json::array();
  for (const LocksAnswer& answer : report.answers) {
    Json statements = Json::array();
    for (const StatementLocks& statement : answer.statements) statements.push_back(statement_json(answer, statement));
    engines.push_back(
        Json{{"engine", answer.engine}, {"version", or_null(answer.version)}, {"statements", std::move(statements)}});
  }
  return laid_out(Json{{"schema", "gridlock-locks/1"},
                       {"tool", {{"name", "gridlock"}, {"version", std::string(version)}}},
                       {"command", "locks"},
                       {"isolation", or_null(report.isolation)},
                       {"differences", differences(report)},
                       {"engines", std::move(engines)}});
}

}  // namespace gridlock::report
