// Parameters of a transaction type or a loop, and the names by which they refer to each other.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "workloads/read/distributions.h"
#include "workloads/read/scalars.h"

namespace gridlock::read {
namespace {

/// Whether a redraw could ever give another value than the first.
bool can_vary(const Distribution& distribution) {
  if (std::holds_alternative<Constant>(distribution)) return false;
  if (const auto* range = std::get_if<Uniform>(&distribution)) return compare(range->low, range->high) != 0;
  if (const auto* range = std::get_if<Zipfian>(&distribution)) return range->low != range->high;
  if (const auto* sequence = std::get_if<Sequence>(&distribution)) return sequence->step != 0;
  if (const auto* list = std::get_if<OneOf>(&distribution)) return list->values.size() > 1;
  if (const auto* normal = std::get_if<Normal>(&distribution)) return normal->deviation > 0;
  return true;
}

void check_other(Reader& reader, const yaml::Node& node, const std::string& name, const std::string& other,
                 const std::vector<std::string>& declared, const yaml::Node& all) {
  if (std::find(declared.begin(), declared.end(), other) != declared.end()) return;
  if (other == name) return reader.problem(node, fmt::format("`{}` names itself", name), "name another parameter");
  if (all.find(other))
    return reader.problem(node, fmt::format("`{}` is declared below `{}`", other, name),
                          fmt::format("parameters are drawn from top to bottom: move `{}` up", other));
  reader.problem(node, fmt::format("no parameter `{}` is declared", other),
                 declared.empty() ? "declare it above" : suggestion(other, declared, "there are "));
}

/// Reads `distinct_from`, and checks it and the names of a pattern.
void check_links(Reader& reader, const yaml::Node& node, Parameter& parameter, const std::vector<std::string>& declared,
                 const yaml::Node& all) {
  if (const auto* pattern = std::get_if<Pattern>(&parameter.distribution))
    for (const auto& other : names_in_pattern(pattern->text))
      check_other(reader, node, parameter.name, other, declared, all);
  const yaml::Node* distinct = node.find("distinct_from");
  if (!distinct) return;
  parameter.distinct_from = text(reader, *distinct, "`distinct_from`");
  if (!parameter.distinct_from) return;
  check_other(reader, *distinct, parameter.name, *parameter.distinct_from, declared, all);
  if (!can_vary(parameter.distribution))
    reader.problem(node, fmt::format("`{}` is always the same and cannot be distinct", parameter.name),
                   "give it a distribution with more than one value");
}

bool is_parameter_name(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

}  // namespace

std::vector<Parameter> parameters(Reader& reader, const yaml::Node& node, std::vector<std::string>& declared) {
  std::vector<Parameter> result;
  if (!node.is_map()) {
    reader.problem(node, fmt::format("`params` is a map, but this is {}", describe(node)),
                   "write `params: {from: {uniform: [1, 100]}}`");
    return result;
  }
  for (const auto& [key, value] : node.entries) {
    if (!is_parameter_name(key->text))
      reader.problem(*key, fmt::format("`{}` is no parameter name", key->text), "use letters, digits and `_`");
    auto found =
        distribution(reader, *value, Drawn::values, fmt::format("parameter `{}`", key->text), {"distinct_from"});
    if (found) {
      Parameter parameter{key->text, std::move(*found), std::nullopt, reader.where(*key)};
      check_links(reader, *value, parameter, declared, node);
      result.push_back(std::move(parameter));
    }
    declared.push_back(key->text);
  }
  return result;
}

std::vector<std::string> names_in_pattern(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    const std::string_view name = text.substr(at + 1, end - at - 1);
    if (name != "n") names.emplace_back(name);
  }
  return names;
}

}  // namespace gridlock::read
