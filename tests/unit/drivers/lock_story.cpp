#include "lock_story.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "drivers/reference/deadlock_detector.h"
#include "drivers/reference/lock_table.h"

namespace gridlock::reference {
namespace {

constexpr std::uint32_t first_index = 1;
constexpr std::uint32_t second_index = 2;

class Teller {
 public:
  explicit Teller(const LockRules& rules) : table_(rules) {}

  std::string play(const std::string& line) {
    std::istringstream words(line);
    std::vector<std::string> w;
    for (std::string word; words >> word;) w.push_back(word);
    woken_.clear();
    const std::string said = std::isdigit(static_cast<unsigned char>(w[0][0])) != 0 ? act(w) : look(w);
    return said + told_woken();
  }

 private:
  std::string act(const std::vector<std::string>& w) {
    const Trx trx = static_cast<Trx>(std::stoul(w[0]));
    const std::string& verb = w[1];
    if (verb == "end") return table_.release_all(trx, woken_), "ended";
    if (verb == "cancel") return table_.cancel_wait(trx, woken_), "cancelled";
    if (verb == "rc") return table_.set_inheritance(trx, Inherits::on_insert), "set";
    if (verb == "owns") return table_.grant(trx, resource(w[2]), innodb::X_record, page(w[2])), "set";
    if (verb == "undo")
      return undo_.resize(std::max<std::size_t>(undo_.size(), trx + 1)), undo_[trx] = std::stoul(w[2]), "set";
    if (verb == "drop")
      return table_.release(trx, resource(w[3]), mode(w[2], w[3]), woken_) ? "dropped" : "no such lock";
    Request ask;
    ask.trx = trx;
    std::size_t at = 1;
    if (w[at] == "nowait") ask.if_blocked = Request::IfBlocked::refuse, ++at;
    if (w[at] == "needed") ask.record = Request::Record::needed, ++at;
    ask.on = resource(w[at + 1]);
    ask.mode = mode(w[at], w[at + 1]);
    ask.page = page(w[at + 1]);
    return told(table_.request(ask), ask.mode);
  }

  std::string look(const std::vector<std::string>& w) {
    if (w[0] == "insert") return table_.record_inserted(resource(w[1]), resource(w[3]), page(w[1])), "done";
    if (w[0] == "remove") return table_.record_removed(resource(w[1]), resource(w[3]), page(w[3]), woken_), "done";
    if (w[0] == "queue") return told(table_.queue_of(resource(w[1])), false);
    if (w[0] == "deadlock") return told_deadlock();
    const Trx trx = static_cast<Trx>(std::stoul(w[1]));
    if (w[0] == "locks") return told(table_.locks_of(trx), true);
    if (w[0] == "weight") return std::to_string(table_.schedule_weight(trx));
    if (w[0] == "structs") return std::to_string(table_.lock_structs(trx));
    if (w[0] == "way") return told_way(trx);
    throw std::logic_error("no such line: " + w[0]);
  }

  std::string told(const Answer& answer, Mode asked) const {
    const std::string only =
        answer.mode != asked && answer.what == Answer::What::granted ? std::string(name(answer.mode)) + " " : "";
    switch (answer.what) {
      case Answer::What::granted: return only + "granted";
      case Answer::What::covered: return "covered";
      case Answer::What::clear: return "clear";
      case Answer::What::waiting: return "waits for " + std::to_string(answer.blocker);
      case Answer::What::refused: return "refused by " + std::to_string(answer.blocker);
    }
    return "?";
  }

  std::string told(const std::vector<LockView>& locks, bool of_trx) const {
    std::string said;
    for (const LockView& lock : locks) {
      if (!said.empty()) said += "; ";
      if (!of_trx) said += std::to_string(lock.trx) + " ";
      said += name(lock.mode);
      if (of_trx) said += " " + place(lock.on);
      if (lock.waiting) said += " waiting";
    }
    return said.empty() ? "nothing" : said;
  }

  std::string told_way(Trx trx) const {
    std::string said;
    for (const InTheWay& one : table_.in_the_way_of(trx))
      said += (said.empty() ? "" : "; ") + std::to_string(one.lock.trx) + " " + std::string(name(one.lock.mode)) +
              (one.hard ? " hard" : " soft") + (one.is_edge ? " edge" : "");
    return said.empty() ? "nothing" : said;
  }

  std::string told_deadlock() {
    const auto found = next_deadlock(table_, undo_);
    if (!found) return "none";
    std::string said;
    for (const Trx trx : found->members) said += std::to_string(trx) + " -> ";
    return said + std::to_string(found->members.front()) + ", victim " + std::to_string(found->victim);
  }

  std::string told_woken() const {
    std::string said;
    for (const Woken one : woken_)
      said += (said.empty() ? ", wakes " : " ") + std::to_string(one.trx) + (one.granted ? "" : "(again)");
    return said;
  }

  static Resource resource(const std::string& word) {
    if (word == "t") return {0, 0};
    const std::uint32_t space = word.back() == 'b' ? second_index : first_index;
    return {space, word.starts_with("sup") ? 0 : static_cast<std::uint32_t>(std::stoul(word))};
  }
  static std::uint32_t page(const std::string& word) { return resource(word).item / 10; }
  static std::string place(Resource on) {
    if (on.space == 0) return "t";
    return (on.item == 0 ? "sup" : std::to_string(on.item)) + (on.space == second_index ? "b" : "");
  }

  std::string_view name(Mode mode) const { return table_.rules().name(mode); }
  Mode mode(const std::string& word, const std::string& on) const {
    const LockRules& rules = table_.rules();
    for (std::size_t at = 0; at < rules.size; ++at)
      if (rules.name(Mode(at)) == word && rules.is_table(Mode(at)) == (on == "t")) return Mode(at);
    throw std::logic_error("no such mode: " + word);
  }

  LockTable table_;
  std::vector<Woken> woken_;
  std::vector<std::uint64_t> undo_;
};

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

}  // namespace

std::string tell(std::string_view story, const LockRules& rules) {
  Teller teller(rules);
  std::string told;
  std::istringstream lines{std::string(story)};
  for (std::string line; std::getline(lines, line);) {
    const std::string call =
        trimmed(line.substr(0, line.find("->") == std::string::npos ? line.size() : line.find("->")));
    if (!call.empty()) told += call + " -> " + teller.play(call) + "\n";
  }
  return told;
}

void check(std::string_view expected, const LockRules& rules) {
  std::string clean;
  std::istringstream lines{std::string(expected)};
  for (std::string line; std::getline(lines, line);)
    if (const std::string one = trimmed(line); !one.empty()) clean += one + "\n";
  EXPECT_EQ(tell(expected, rules), clean);
}

}  // namespace gridlock::reference
