#include "workloads/read/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace gridlock::read {

Reader::Reader(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

Where Reader::where(const yaml::Node& node) const { return {file_, node.line, node.column}; }

void Reader::problem(const yaml::Node& at, std::string message, std::string hint) {
  problem(where(at), std::move(message), std::move(hint));
}

void Reader::problem(Where where, std::string message, std::string hint) {
  problems_.push_back({std::move(where), std::move(message), std::move(hint)});
}

Problems Reader::problems() const {
  const auto place = [](const Problem& problem) { return std::tie(problem.where.line, problem.where.column); };
  Problems sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
  Problems once;
  for (auto& problem : sorted)  // an aliased node is read, and complained of, more than once
    if (std::find(once.rbegin(), once.rend(), problem) == once.rend()) once.push_back(std::move(problem));
  return once;
}

Fields::Fields(Reader& reader, const yaml::Node& node, std::string what)
    : reader_(reader), node_(node), what_(std::move(what)) {
  if (!node.is_map()) reader.problem(node, fmt::format("{} is a map, but this is {}", what_, describe(node)));
}

const yaml::Node* Fields::find(std::string_view key) {
  asked_.emplace_back(key);
  return node_.find(key);
}

const yaml::Node* Fields::require(std::string_view key, std::string hint) {
  const yaml::Node* found = find(key);
  if (found || !node_.is_map()) return found;
  for (const auto& [name, value] : node_.entries)
    if (!did_you_mean(name->text, {std::string(key)}).empty()) return nullptr;  // misspelt: `done` says so
  reader_.problem(node_, fmt::format("{} needs the key `{}`", what_, key), std::move(hint));
  return nullptr;
}

const yaml::Node& Fields::key(std::string_view key) const {
  for (const auto& [name, value] : node_.entries)
    if (name->text == key) return *name;
  return node_;
}

bool Fields::done() {
  bool clean = true;
  for (const auto& [key, value] : node_.entries) {
    if (key->text.starts_with("x-") || std::find(asked_.begin(), asked_.end(), key->text) != asked_.end()) continue;
    reader_.problem(*key, fmt::format("unknown key `{}` in {}", key->text, what_),
                    suggestion(key->text, asked_, "allowed here: "));
    clean = false;
  }
  return clean;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates, std::string_view list_intro) {
  const std::string near = did_you_mean(word, candidates);
  const std::string list = fmt::format("{}{}", list_intro, quoted_list(candidates));
  return near.empty() ? list : fmt::format("did you mean `{}`? {}", near, list);
}

std::string quoted_list(const std::vector<std::string>& words) {
  constexpr std::size_t most = 24;
  std::string list;
  for (std::size_t i = 0; i < words.size() && i < most; ++i)
    list += fmt::format("{}`{}`", list.empty() ? "" : ", ", words[i]);
  return words.size() <= most ? list : fmt::format("{} and {} more", list, words.size() - most);
}

}  // namespace gridlock::read
