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

void lay_out(const Json& json, std::size_t indent, std::string& out) {
  if (!json.is_structured() || json.empty()) {
    out += scalar(json);
    return;
  }
  if (std::string line; append_line(json, longest_line - std::min(indent, longest_line), line)) {
    out += line;
    return;
  }
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
