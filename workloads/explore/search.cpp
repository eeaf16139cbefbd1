#include "workloads/explore/search.h"

#include <algorithm>
#include <bit>
#include <sstream>
#include <string>
#include <utility>

namespace gridlock::explore {

namespace {

/// What the turn that was just played touched. Of an engine that does not say, BEGIN alone is known to touch nothing.
Footprint footprint(Player& player, Turn turn) {
  auto touches = touched_by(player.driver());
  const auto& step = player.plan().sessions[turn.session].steps[turn.step];
  const auto* begin = std::get_if<sql::Begin>(&step.statement->statement.node);
  if (!touches && begin != nullptr && !begin->consistent_snapshot) touches.emplace();
  return Footprint(std::move(touches));
}

}  // namespace

Search::Search(Player start, Observer& observer) : observer_(observer), twins_(twins(start.plan())) {
  touched_by(start.driver());  // the watch begins
  visit(std::move(start), {});
}

Search::~Search() = default;

bool Search::run() {
  while (!nodes_.empty()) {
    if (observer_.stop()) return false;
    if (!advance()) leave();
  }
  return true;
}

Sessions Search::enabled(const Player& player) const {
  Sessions set = 0;
  for (SessionId s = 0; s < twins_.size(); ++s) {
    const auto turn = player.next(s);
    if (!turn) continue;
    // of those who do the same the earlier one begins first
    bool after_twin = true;
    for (SessionId other = twins_[s]; other < s && turn->step == 0; ++other)
      if (twins_[other] == twins_[s] && player.next(other) && player.next(other)->step == 0) after_twin = false;
    if (after_twin) set |= just(s);
  }
  return set;
}

/// A new point of the path. The first session to try is the lowest that nobody above has tried.
void Search::visit(Player at, std::vector<Sleeper> sleep) {
  Node& node = nodes_.emplace_back(std::move(at));
  node.sleep = std::move(sleep);
  node.enabled = enabled(node.player);
  Sessions asleep = 0;
  for (const Sleeper& one : node.sleep) asleep |= just(one.session);
  if (node.enabled == 0) {
    ++counts_.schedules;
    if (telling_) observer_.ended(path_, node.player);
  } else if ((node.enabled & ~asleep) == 0) {
    ++counts_.cut;
  } else {
    node.to_try = just(static_cast<SessionId>(std::countr_zero(node.enabled & ~asleep)));
  }
}

/// Plays one more turn from the path's end; false when all that matters from there has been tried.
bool Search::advance() {
  Node& node = nodes_.back();
  Sessions left = node.to_try & ~node.tried;
  for (const Sleeper& one : node.sleep) left &= ~just(one.session);
  if (left == 0) return false;
  play(static_cast<SessionId>(std::countr_zero(left)));
  return true;
}

void Search::play(SessionId session) {
  const std::size_t at = nodes_.size() - 1;
  Player player = nodes_[at].player.copy();
  std::vector<Event> events;
  const Turn turn = *player.next(session);
  player.play(turn, events);
  ++counts_.turns;
  Node& node = nodes_[at];
  node.chosen = session;
  node.turn = turn;
  node.footprint = footprint(player, turn);
  node.freed = enabled(player) & ~node.enabled;
  node.open = true;
  path_.push_back(turn);
  counts_.depth = std::max(counts_.depth, static_cast<std::uint32_t>(path_.size()));
  note_races(at);
  if (telling_) observer_.played(path_, past_of(at), events);
  std::vector<Sleeper> sleep;
  for (const Sleeper& one : node.sleep)
    if (one.footprint.commutes_with(node.footprint)) sleep.push_back(one);
  visit(std::move(player), std::move(sleep));
}

/// Back from the path's end: what was tried from the point before it need not be tried again after a turn that
/// commutes.
void Search::leave() {
  nodes_.pop_back();
  if (nodes_.empty()) return;
  Node& node = nodes_.back();
  node.tried |= just(node.chosen);
  node.sleep.push_back({node.chosen, std::move(node.footprint)});
  node.open = false;
  path_.pop_back();
}

/// The turn at `earlier` happened before that at `later`, and had to.
bool Search::led_to(std::size_t earlier, std::size_t later) const {
  return nodes_[later].clock[nodes_[earlier].chosen] > earlier;
}

/// The turn at `at` is new. Whatever it does not commute with, with nothing between them that forces their order, could
/// have come after it: such an order is to be tried.
void Search::note_races(std::size_t at) {
  Node& node = nodes_[at];
  node.clock.assign(twins_.size(), 0);
  std::vector<std::size_t> races;
  for (std::size_t i = at; i-- > 0;) {
    if (led_to(i, at)) continue;  // through a later one
    const bool own = nodes_[i].chosen == node.chosen;
    const bool freed = has(nodes_[i].freed, node.chosen);
    if (!own && !freed && nodes_[i].footprint.commutes_with(node.footprint)) continue;
    for (std::size_t s = 0; s < twins_.size(); ++s) node.clock[s] = std::max(node.clock[s], nodes_[i].clock[s]);
    node.clock[nodes_[i].chosen] = std::max(node.clock[nodes_[i].chosen], static_cast<std::uint32_t>(i + 1));
    if (!own && !freed) races.push_back(i);
  }
  node.clock[node.chosen] = static_cast<std::uint32_t>(at + 1);
  for (const std::size_t earlier : races) reverse(earlier, at);
}

/// Of the turns after `earlier` that did not need it, those that need none of the others could begin there (the
/// initials). One of them has to be tried.
void Search::reverse(std::size_t earlier, std::size_t later) {
  std::vector<std::size_t> free;
  Sessions initials = 0;
  for (std::size_t i = earlier + 1; i <= later; ++i) {
    if (i != later && led_to(earlier, i)) continue;
    const bool first = std::none_of(free.begin(), free.end(), [&](std::size_t before) { return led_to(before, i); });
    if (first) initials |= just(nodes_[i].chosen);
    free.push_back(i);
  }
  Node& node = nodes_[earlier];
  if ((initials & node.to_try) != 0) return;
  const SessionId wanted = nodes_[later].chosen;
  node.to_try |= has(initials, wanted) ? just(wanted) : initials & (~initials + 1);
}

std::vector<std::uint32_t> Search::past_of(std::size_t at) const {
  std::vector<std::uint32_t> past;
  for (std::size_t i = 0; i <= at; ++i)
    if (led_to(i, at)) past.push_back(static_cast<std::uint32_t>(i));
  return past;
}

// ------------------------------------------------------------------------------------------------ another day

/// A line a point: the session played from it, those to try, those tried.
std::string Search::save() const {
  std::ostringstream out;
  out << counts_.schedules << ' ' << counts_.cut << ' ' << counts_.turns << ' ' << counts_.depth << '\n';
  for (const Node& node : nodes_)
    out << (node.open ? static_cast<int>(node.chosen) : -1) << ' ' << node.to_try << ' ' << node.tried << '\n';
  return out.str();
}

/// The path is played again, and so are those who were tried from its points, for what they touch. Nobody is told.
bool Search::restore(const std::string& text) {
  std::istringstream in(text);
  Counts counts;
  if (!(in >> counts.schedules >> counts.cut >> counts.turns >> counts.depth)) return false;
  telling_ = false;
  bool fits = true, any = false;
  std::int64_t chosen = 0;
  Sessions to_try = 0, tried = 0;
  while (fits && in >> chosen >> to_try >> tried) {
    any = true;
    fits = resume_point(chosen, to_try, tried);
  }
  telling_ = true;
  counts_ = counts;
  if (!any) nodes_.clear();  // it had come to its end
  return fits;
}

/// The path's end, as it was saved.
bool Search::resume_point(std::int64_t chosen, Sessions to_try, Sessions tried) {
  if (nodes_.size() != path_.size() + 1) return false;
  Node& node = nodes_.back();
  if ((tried & ~node.enabled) != 0 || (chosen >= 0 && !has(node.enabled, static_cast<SessionId>(chosen)))) return false;
  for (SessionId s = 0; s < twins_.size(); ++s)
    if (has(tried, s)) node.sleep.push_back({s, footprint_of(node.player, s)});
  node.to_try = to_try;
  node.tried = tried;
  if (chosen >= 0) play(static_cast<SessionId>(chosen));
  return true;
}

Footprint Search::footprint_of(const Player& player, SessionId session) {
  Player copy = player.copy();
  std::vector<Event> events;
  const Turn turn = *copy.next(session);
  copy.play(turn, events);
  return footprint(copy, turn);
}

}  // namespace gridlock::explore
