#include "cli/report/json_layout.h"

#include <algorithm>
#include <limits>

namespace gridlock::report {
namespace {

constexpr std::size_t longest_line = 110;

std::string scalar(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string name_of(const Json::const_iterator& member, bool is_object) {
  return is_object ? scalar(Json(member.key())) + ": " : std::string();
}

/// Appends the value in one line; gives up, returning false, when `out` gets longer than `limit`.
bool append_line(const Json& json, std::size_t limit, std::string& out) {
  if (!json.is_structured() || json.empty()) {
    out += scalar(json);
    return out.size() <= limit;
  }
  const bool is_object = json.is_object();
  out += is_object ? '{' : '[';
  for (auto member = json.begin(); member != json.end(); ++member) {
    if (member != json.begin()) out += ", ";
    out += name_of(member, is_object);
    if (!append_line(*member, limit, out)) return false;
  }
  out += is_object ? '}' : ']';
  return out.size() <= limit;
}

/// A list of numbers, or of lists of numbers: as many in a line as fit (a histogram's buckets).
bool is_numbers(const Json& json) {
  const auto is_number = [](const Json& one) { return one.is_number(); };
  return json.is_array() && std::all_of(json.begin(), json.end(), [&](const Json& one) {
           return one.is_number() || (one.is_array() && std::all_of(one.begin(), one.end(), is_number));
         });
}

void fill_lines(const Json& numbers, std::size_t indent, std::string& out) {
  out += '[';
  std::size_t used = longest_line;
  for (auto member = numbers.begin(); member != numbers.end(); ++member) {
    std::string text;
    append_line(*member, std::numeric_limits<std::size_t>::max(), text);
    if (member != numbers.begin()) out += ',';
    if (used + text.size() + 2 > longest_line) {
      out.append("\n").append(indent + 2, ' ');
      used = indent + 2;
    } else {
      out += ' ';
      ++used;
    }
    out += text;
    used += text.size() + 1;
  }
  out.append("\n").append(indent, ' ') += ']';
}

void lay_out(const Json& json, std::size_t indent, std::string& out) {
  if (!json.is_structured() || json.empty()) {
    out += scalar(json);
    return;
  }
  if (std::string line; append_line(json, longest_line - std::min(indent, longest_line), line)) {
    out += line;
    return;
  }
  if (is_numbers(json)) return fill_lines(json, indent, out);
  const bool is_object = json.is_object();
  out += is_object ? '{' : '[';
  for (auto member = json.begin(); member != json.end(); ++member) {
    out += member == json.begin() ? "\n" : ",\n";
    out.append(indent + 2, ' ').append(name_of(member, is_object));
    lay_out(*member, indent + 2, out);
  }
  out.append("\n").append(indent, ' ') += is_object ? '}' : ']';
}

}  // namespace

std::string one_line(const Json& json) {
  std::string out;
  append_line(json, std::numeric_limits<std::size_t>::max(), out);
  return out;
}

std::string laid_out(const Json& json) {
  std::string out;
  lay_out(json, 0, out);
  return out + "\n";
}

}  // namespace gridlock::report
