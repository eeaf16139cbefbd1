// A spec as a story workload, in YAML.
#include <fmt/format.h>

#include <map>
#include <set>

#include "workloads/import/isolation_spec.h"

namespace gridlock {
namespace {

std::string indented(const std::string& text, const std::string& by) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
    if (!line.empty()) out += by + std::string(line) + "\n";
    begin = end + 1;
  }
  return out;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' || c == '\t' ? ' ' : c;
  }
  return out + "\"";
}

/// Step names are the story's own: unique, and of letters, digits, `_` and `-`.
class Story {
 public:
  explicit Story(const IsolationSpec& spec) : spec_(spec) {
    for (const auto& session : spec.sessions) {
      const auto setup = split_statements(session.setup);
      for (std::size_t i = 0; i < setup.size(); ++i)
        add(session.name, fmt::format("{}_setup{}", session.name, i == 0 ? "" : fmt::format("_{}", i + 1)), setup[i],
            setup_[session.name]);
      for (const auto& step : session.steps) {
        const auto parts = split_statements(step.sql);
        for (std::size_t i = 0; i < parts.size(); ++i)
          add(session.name, i == 0 ? step.name : fmt::format("{}_{}", step.name, i + 1), parts[i], parts_[step.name]);
      }
    }
  }

  std::string text(const std::string& name) const {
    std::string out = "# From an isolation-tester spec of PostgreSQL.\n";
    out += fmt::format("name: {}\nschema: |\n", quoted(name));
    for (const std::string& setup : spec_.setup)
      for (const std::string& statement : split_statements(setup)) out += indented(statement + ";", "  ");
    out += "sessions:\n";
    for (const auto& session : spec_.sessions) {
      out += fmt::format("  {}:\n    steps:\n", session.name);
      for (const auto& [step, sql] : steps_.at(session.name)) out += fmt::format("      - {}: {}\n", step, quoted(sql));
    }
    return out + orders();
  }

 private:
  void add(const std::string& session, const std::string& step, const std::string& sql,
           std::vector<std::string>& into) {
    into.push_back(step);
    steps_[session].emplace_back(step, sql);
  }

  std::string orders() const {
    std::string out = "orders:\n";
    const auto line = [&](const std::vector<std::string>& names, bool markers) {
      std::string list;
      const auto put = [&](const std::vector<std::string>& some) {
        for (const std::string& step : some) list += (list.empty() ? "" : ", ") + step;
      };
      for (const auto& session : spec_.sessions)
        if (setup_.count(session.name) != 0) put(setup_.at(session.name));
      for (const std::string& step : names)
        if (parts_.count(step) != 0) put(parts_.at(step));
      out += fmt::format("  - [{}]{}\n", list, markers ? "  # the spec has markers here, which a story does not" : "");
    };
    if (spec_.permutations.empty())
      for (const auto& order : interleavings(spec_)) line(order, false);
    for (const auto& permutation : spec_.permutations) {
      std::vector<std::string> names;
      bool markers = false;
      for (const auto& step : permutation) {
        names.push_back(step.step);
        markers = markers || !step.markers.empty();
      }
      line(names, markers);
    }
    return out;
  }

  const IsolationSpec& spec_;
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> steps_;
  std::map<std::string, std::vector<std::string>> setup_, parts_;
};

}  // namespace

std::string to_story(const IsolationSpec& spec, const std::string& name) { return Story(spec).text(name); }

}  // namespace gridlock
