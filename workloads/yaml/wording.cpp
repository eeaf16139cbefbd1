#include "workloads/yaml/wording.h"

#include <array>
#include <cstddef>

namespace gridlock::yaml {
namespace {

struct Wording {
  std::string_view complaint;  ///< how the library's message begins (yaml-cpp exceptions.h, namespace ErrorMsg)
  std::string_view message;
  std::string_view hint;
};

constexpr std::array wordings{
    Wording{"illegal tab", "a tab stands where YAML wants spaces", "indent with spaces"},
    Wording{"end of map not found", "this line does not fit the map it stands in",
            "check the indentation: the keys of one map begin in the same column"},
    Wording{"end of map flow not found", "a map that begins with `{` has no end",
            "close it with `}` and part its entries with commas"},
    Wording{"end of sequence not found", "this line does not fit the list it stands in",
            "check the indentation: the items of one list begin with `- ` in the same column"},
    Wording{"end of sequence flow not found", "a list that begins with `[` has no end",
            "close it with `]` and part its items with commas"},
    Wording{"illegal map key", "a key may not stand here", "check the indentation; text with a colon needs quotes"},
    Wording{"illegal map value", "a second `: ` stands in this line", "put text that contains `: ` in quotes"},
    Wording{"illegal block entry", "a list item `- ` may not stand here", "check the indentation"},
    Wording{"illegal flow end", "a `]` or `}` closes nothing", "remove it, or put the text in quotes"},
    Wording{"illegal EOF in scalar", "a quoted text has no end", "close it with the quote it begins with"},
    Wording{"illegal document indicator in scalar", "`---` or `...` stands inside a text", "close the text first"},
    Wording{"unknown token", "text may not begin with this character", "put the text in quotes"},
    Wording{"unknown escape character", "a text in double quotes has an unknown escape",
            "write `\\\\` for a backslash, or use single quotes"},
    Wording{"the referenced anchor is not defined", "an alias names an anchor that is not defined above it",
            "define it first: `&name`"},
    Wording{"alias not found after *", "text may not begin with `*`", "put the text in quotes"},
    Wording{"anchor not found after &", "text may not begin with `&`", "put the text in quotes"},
};

std::string_view line_of(std::string_view text, int line) {
  for (; line > 0 && !text.empty(); --line) {
    const std::size_t end = text.find('\n');
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

/// Column of a tab in the line's indentation, from 0; -1 when there is none.
int tab_in_indentation(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  const std::size_t tab = line.substr(0, first).find('\t');
  return tab == std::string_view::npos ? -1 : static_cast<int>(tab);
}

}  // namespace

Problem reworded(std::string_view text, const std::string& file, int line, int column, const std::string& complaint) {
  const Where where{file, line < 0 ? 0 : line + 1, column < 0 ? 0 : column + 1};
  if (line >= 0)
    if (const int tab = tab_in_indentation(line_of(text, line)); tab >= 0)
      return {{file, line + 1, tab + 1}, "a tab indents this line", "YAML wants spaces"};
  for (const auto& wording : wordings)
    if (complaint.starts_with(wording.complaint))
      return {where, std::string(wording.message), std::string(wording.hint)};
  return {where, "this is not YAML: " + complaint, ""};
}

}  // namespace gridlock::yaml
