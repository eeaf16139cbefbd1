#include "cli/formats.h"

#include <array>

namespace gridlock {
namespace {

struct Row {
  Format format;
  std::string_view name;
  std::string (*render)(const Report&, const Style&);
};

constexpr std::array rows{
    Row{Format::text, "text", [](const Report& report, const Style& style) { return to_text(report, style); }},
    Row{Format::json, "json", [](const Report& report, const Style&) { return to_json(report); }},
    Row{Format::jsonl, "jsonl", [](const Report& report, const Style&) { return to_json_lines(report); }},
    Row{Format::markdown, "markdown", [](const Report& report, const Style&) { return to_markdown(report); }},
    Row{Format::sarif, "sarif", [](const Report& report, const Style&) { return to_sarif(report); }},
    Row{Format::junit, "junit", [](const Report& report, const Style&) { return to_junit(report); }},
    Row{Format::github, "github", [](const Report& report, const Style&) { return to_github(report); }},
    Row{Format::gitlab, "gitlab", [](const Report& report, const Style&) { return to_gitlab(report); }},
};

}  // namespace

std::optional<Format> format_named(std::string_view name) {
  for (const Row& row : rows)
    if (row.name == name) return row.format;
  return std::nullopt;
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.name);
  return names;
}

std::string rendered(Format format, const Report& report, const Style& style) {
  for (const Row& row : rows)
    if (row.format == format) return row.render(report, style);
  return "";
}

}  // namespace gridlock
