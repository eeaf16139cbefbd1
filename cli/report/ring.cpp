#include "cli/report/ring.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report/words.h"

namespace gridlock::report {
namespace {

/// What is shown of the locks held: the one in the way of the party before, which comes first; or every one.
std::size_t shown_of(const Party& party, bool every_lock) {
  return every_lock ? party.holds.size() : std::min<std::size_t>(party.holds.size(), 1);
}

/// Intention locks stand beside every row lock and block nobody here: they need not be counted.
bool says_much(const Lock& lock) { return lock.kind != LockKind::table || (lock.mode != "IX" && lock.mode != "IS"); }

Text name_of(const Deadlock& deadlock, std::size_t index) {
  const Party& party = deadlock.parties[index];
  Text name(Ink::strong, clean(party.name));
  std::string more;
  const auto add = [&more](std::string_view what, const std::string& value) {
    if (!value.empty()) more += fmt::format("{}{}{}", more.empty() ? "" : ", ", what, clean(value));
  };
  if (!party.name.ends_with(" " + party.transaction_id)) add("transaction ", party.transaction_id);
  if (!party.name.ends_with(" " + party.thread_or_pid)) add("thread ", party.thread_or_pid);
  add("", party.user);
  add("", party.isolation);
  if (!more.empty()) name.add(Ink::dim, " (" + more + ")");
  if (deadlock.victim == index) name.add(" ").add(Ink::bad, "<- the victim: rolled back");
  return name;
}

/// The left edge of the drawing: the line that leads from the last party back to the first.
constexpr std::string_view rail = "  │   ";
constexpr std::size_t label_width = 12;

class Ring {
 public:
  Ring(const Deadlock& deadlock, bool every_lock, Page& page)
      : deadlock_(deadlock), every_lock_(every_lock), page_(page) {}

  void draw() {
    for (std::size_t i = 0; i < deadlock_.parties.size(); ++i) {
      const Party& party = deadlock_.parties[i];
      name(i);
      holds(i);
      if (!party.statement.empty()) item("runs", Text(clean(party.statement)));
      waits(party);
      blocked_by(party);
      page_.line(Text(Ink::dim, "  │"));
    }
    if (deadlock_.parties.empty()) return;
    page_.line(
        Text(Ink::dim, "  └── ").add("back to " + clean(deadlock_.parties.front().name) + ": the ring is closed"));
  }

 private:
  void name(std::size_t index) {
    Text first(Ink::dim, index == 0 ? "  ┌─> " : "  ├─> ");
    for (const Text& line : name_of(deadlock_, index).wrapped(room() + label_width)) {
      page_.line(Text(first).add(line));
      first = Text(Ink::dim, rail);
    }
  }

  void item(std::string_view what, const Text& text, Ink ink = Ink::plain) {
    Text first(Ink::dim, rail);
    first.add(Text(ink, what).padded(label_width));
    for (const Text& line : text.wrapped(room())) {
      page_.line(Text(first).add(line));
      first = Text(Ink::dim, rail).add(std::string(label_width, ' '));
    }
  }

  std::size_t room() const {
    const std::size_t taken = columns(rail) + label_width;
    return std::max<std::size_t>(page_.width() > taken ? page_.width() - taken : 0, 16);
  }

  void holds(std::size_t index) {
    const Party& party = deadlock_.parties[index];
    const std::size_t shown = shown_of(party, every_lock_);
    for (std::size_t i = 0; i < shown; ++i) {
      const std::string_view label = i == 0 ? "holds" : "";
      if (party.holds[i].waiting)
        item(label, Text(fmt::format("no lock there, only a place in the queue, ahead of {}", before(index))),
             Ink::good);
      else
        item(label, described(party.holds[i]), Ink::good);
    }
    const auto others =
        std::count_if(party.holds.begin() + static_cast<std::ptrdiff_t>(shown), party.holds.end(), says_much);
    if (others > 0)
      item("", Text(Ink::dim, fmt::format("and {} (--verbose lists all)",
                                          counted(static_cast<std::uint64_t>(others), "other lock"))));
    if (shown == 0) item("holds", Text(Ink::dim, "not known"), Ink::good);
  }

  void waits(const Party& party) {
    item("waits for", party.waits_for ? described(*party.waits_for) : Text(Ink::dim, "not known"), Ink::waiting);
  }

  void blocked_by(const Party& party) {
    std::vector<std::string> names;
    for (const std::size_t index : party.blocked_by)
      if (index < deadlock_.parties.size()) names.push_back(clean(deadlock_.parties[index].name));
    if (names.empty()) return;
    Text text(Ink::strong, listed(names));
    if (!party.hard) text.add(names.size() == 1 ? ", who stands ahead in the queue" : ", who stand ahead in the queue");
    item("blocked by", text, Ink::waiting);
  }

  /// Who waits for this party.
  std::string before(std::size_t index) const {
    const std::size_t count = deadlock_.parties.size();
    return clean(deadlock_.parties[(index + count - 1) % count].name);
  }

  const Deadlock& deadlock_;
  bool every_lock_;
  Page& page_;
};

}  // namespace

void draw_ring(const Deadlock& deadlock, bool every_lock, Page& page) { Ring(deadlock, every_lock, page).draw(); }

std::vector<Lock> locks_drawn(const Deadlock& deadlock, bool every_lock) {
  std::vector<Lock> locks;
  for (const Party& party : deadlock.parties) {
    const auto shown = static_cast<std::ptrdiff_t>(shown_of(party, every_lock));
    locks.insert(locks.end(), party.holds.begin(), party.holds.begin() + shown);
    if (party.waits_for) locks.push_back(*party.waits_for);
  }
  return locks;
}

}  // namespace gridlock::report
