#include "analyzer/logs/unwrap.h"

#include <array>
#include <utility>

#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

/// Rewrites each line by `change`, which may turn it into several.
template <class Change>
Unwrapped each_line(std::string_view text, Change change) {
  Unwrapped out;
  Cursor cursor(text);
  Line line;
  while (cursor.next(line)) {
    const std::size_t begin = out.text.size();
    change(line.text, out.text);
    if (line.terminated) out.text += '\n';
    for (std::size_t i = begin; i < out.text.size(); ++i)
      if (out.text[i] == '\n') out.lines.push_back(line.number);
    if (!line.terminated) out.lines.push_back(line.number);
  }
  return out;
}

/// `\n`, `\t`, `\"`, `\\` as Python's repr, JSON and mysql's batch mode write them.
void unescape(std::string_view line, std::string& out) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      out += line[i];
      continue;
    }
    const char c = line[++i];
    switch (c) {
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case 'r': break;
      case '"':
      case '\'':
      case '\\': out += c; break;
      default: out += '\\', out += c;
    }
  }
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> entities{
    {{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&nbsp;", " "}, {"&amp;", "&"}}};

/// Tags end in a letter or in a quoted attribute; `a < b` in a statement is none.
bool is_tag(std::string_view tag) {
  if (tag.empty()) return false;
  const char first = tag.front() == '/' ? (tag.size() > 1 ? tag[1] : ' ') : tag.front();
  return is_word(first) && !is_digit(first) && tag.find('<') == std::string_view::npos;
}

void strip_tags(std::string_view line, std::string& out) {
  while (!line.empty()) {
    if (line.front() == '<') {
      const std::size_t end = line.find('>');
      const std::string_view tag = end == std::string_view::npos ? std::string_view() : line.substr(1, end - 1);
      if (is_tag(tag)) {
        if (tag.starts_with("br") || tag.starts_with("/br")) out += '\n';
        line.remove_prefix(end + 1);
        continue;
      }
    }
    bool replaced = false;
    for (const auto& [entity, plain] : entities) {
      if (!take(line, entity)) continue;
      out += plain;
      replaced = true;
      break;
    }
    if (replaced) continue;
    out += line.front();
    line.remove_prefix(1);
  }
}

/// Words that begin a line of a report, for texts whose line breaks were lost.
constexpr std::array line_beginnings{
    std::string_view("TRANSACTION "),
    std::string_view("mysql tables in use "),
    std::string_view("LOCK WAIT "),
    std::string_view("MySQL thread id "),
    std::string_view("MariaDB thread id "),
    std::string_view("RECORD LOCKS space id "),
    std::string_view("TABLE LOCK table "),
    std::string_view("Record lock, heap no "),
    std::string_view("*** ("),
};

/// The statement follows the last word of the thread line without a break: one of these, in lower or upper case.
void split_query(std::string_view thread_line, std::string& out) {
  for (const std::string_view stage : {" updating", " Updating", " update", " Searching rows for update",
                                       " Sending data", " statistics", " executing", " init"}) {
    const std::size_t at = thread_line.find(stage, thread_line.find("query id "));
    if (at == std::string_view::npos) continue;
    out += thread_line.substr(0, at + stage.size());
    out += '\n';
    out += thread_line.substr(at + stage.size());
    return;
  }
  out += thread_line;
}

void split_joined(std::string_view line, std::string& out) {
  std::size_t begin = 0;
  const auto emit = [&](std::size_t end) {
    const std::string_view piece = line.substr(begin, end - begin);
    if (piece.find("thread id ") != std::string_view::npos) {
      split_query(piece, out);
    } else {
      out += piece;
    }
    begin = end;
  };
  for (std::size_t i = 1; i < line.size(); ++i) {
    const std::string_view rest = line.substr(i);
    for (const std::string_view word : line_beginnings) {
      // `*** (1) TRANSACTION:` stands in one line; the transaction itself begins the next.
      const bool in_title = line.substr(0, i).ends_with("ROLL BACK ");
      if (in_title || !rest.starts_with(word)) continue;
      emit(i);
      out += '\n';
      break;
    }
    const bool after_fields = rest.size() > 6 && is_digit(rest[0]) && contains(rest.substr(0, 8), ": len ");
    if (after_fields && !is_digit(line[i - 1])) {
      emit(i);
      out += '\n';
    }
  }
  emit(line.size());
}

}  // namespace

std::optional<Unwrapped> unwrap(std::string_view text) {
  if (contains(text, "\\n*** (") || contains(text, "\\nDETAIL: ") || contains(text, "\\nProcess "))
    return each_line(text, unescape);
  if (contains(text, "<br") || contains(text, "</span>") || contains(text, "</br>")) return each_line(text, strip_tags);
  if (contains(text, "TRANSACTION:TRANSACTION ")) return each_line(text, split_joined);
  return std::nullopt;
}

}  // namespace gridlock::logs
