#include "cli/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/json.h"

namespace gridlock {
namespace {

constexpr std::string_view schema = "gridlock-baseline/1";

std::string bare(const std::string& table) { return table.substr(table.rfind('.') + 1); }

bool is_about(const DiagnosedDeadlock& one, const std::string& table) {
  const auto same = [&](const Lock& lock) {
    return lock.table == table || (!lock.table.empty() && bare(lock.table) == table);
  };
  return std::any_of(one.deadlock.parties.begin(), one.deadlock.parties.end(), [&](const Party& party) {
    return (party.waits_for && same(*party.waits_for)) || std::any_of(party.holds.begin(), party.holds.end(), same);
  });
}

bool fits(const Suppression& suppression, const DiagnosedDeadlock& one) {
  switch (suppression.by) {
    case Suppression::By::fingerprint: return one.diagnosis.fingerprint == suppression.what;
    case Suppression::By::pattern: return one.diagnosis.pattern == suppression.what;
    case Suppression::By::table: return is_about(one, suppression.what);
  }
  return false;
}

/// The next word of a line; the blanks around it are dropped.
std::string take_word(std::string_view& line) {
  const auto blanks = [&] { line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size())); };
  blanks();
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string word(line.substr(0, end));
  line.remove_prefix(end);
  blanks();
  return word;
}

void read_line(std::string_view line, const Where& where, Suppressions& out) {
  constexpr std::string_view forms = "a line is: fingerprint|pattern|table WHAT REASON";
  static const std::map<std::string, Suppression::By> kinds{{"fingerprint", Suppression::By::fingerprint},
                                                            {"pattern", Suppression::By::pattern},
                                                            {"table", Suppression::By::table}};
  const std::string word = take_word(line);
  if (word.empty() || word.front() == '#') return;
  const auto kind = kinds.find(word);
  if (kind == kinds.end()) {
    out.problems.push_back({where, fmt::format("a suppression cannot be by '{}'", word), std::string(forms)});
    return;
  }
  Suppression one{kind->second, take_word(line), std::string(line)};
  if (one.reason.empty()) {
    out.problems.push_back(
        {where, fmt::format("the suppression of {} '{}' says no reason", word, one.what), std::string(forms)});
    return;
  }
  out.all.push_back(std::move(one));
}

}  // namespace

Baseline read_baseline(std::string_view text, const std::string& file) {
  Baseline baseline;
  const Json json = Json::parse(text, nullptr, false);
  const bool known = json.is_object() && json.value("schema", Json()) == schema && json.contains("deadlocks") &&
                     json["deadlocks"].is_array();
  if (!known) {
    baseline.problems.push_back({{file, 0, 0},
                                 "this is no baseline of gridlock",
                                 "gridlock analyze --baseline FILE --update-baseline writes one"});
    return baseline;
  }
  for (const Json& one : json["deadlocks"])
    if (one.is_object() && one.value("fingerprint", Json()).is_string())
      baseline.fingerprints.push_back(one["fingerprint"].get<std::string>());
  return baseline;
}

std::string write_baseline(std::string_view old_text, const std::vector<DiagnosedDeadlock>& deadlocks) {
  std::map<std::string, Json> shapes;
  const Json old = Json::parse(old_text, nullptr, false);
  if (old.is_object() && old.contains("deadlocks"))
    for (const Json& one : old["deadlocks"])
      if (one.is_object() && one.value("fingerprint", Json()).is_string())
        shapes[one["fingerprint"].get<std::string>()] = one;
  for (const DiagnosedDeadlock& one : deadlocks)
    shapes[one.diagnosis.fingerprint] = Json{
        {"fingerprint", one.diagnosis.fingerprint}, {"pattern", one.diagnosis.pattern}, {"title", one.diagnosis.title}};
  Json list = Json::array();
  for (const auto& [fingerprint, shape] : shapes) list.push_back(shape);
  return Json{{"schema", schema}, {"deadlocks", std::move(list)}}.dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

Suppressions read_suppressions(std::string_view text, const std::string& file) {
  Suppressions out;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    read_line(line, {file, number, 1}, out);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void mark(std::vector<DiagnosedDeadlock>& deadlocks, const Baseline& baseline, const Suppressions& suppressions) {
  for (DiagnosedDeadlock& one : deadlocks) {
    const auto& known = baseline.fingerprints;
    one.known = std::find(known.begin(), known.end(), one.diagnosis.fingerprint) != known.end();
    for (const Suppression& suppression : suppressions.all)
      if (one.suppressed.empty() && fits(suppression, one)) one.suppressed = suppression.reason;
  }
}

}  // namespace gridlock
