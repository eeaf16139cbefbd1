#include "analyzer/rules/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analyzer/fingerprint.h"

namespace gridlock::rules {
namespace {

constexpr std::size_t longest_statement = 120;

std::string value_text(const KeyPart& part) {
  const std::string value = part.value ? to_sql(*part.value) : "?";
  return part.column.empty() ? value : part.column + " = " + value;
}

std::string key_text(const Lock& lock) {
  std::string text;
  for (const KeyPart& part : lock.key) text += (text.empty() ? "" : ", ") + value_text(part);
  if (text.empty()) text = lock.data;
  return lock.key.size() > 1 ? "(" + text + ")" : text;
}

bool is_primary(const Lock& lock) {
  return lock.index.empty() || lock.index == "PRIMARY" || lock.index == "GEN_CLUST_INDEX";
}

std::string of_table(const Lock& lock) { return lock.table.empty() ? "" : " of " + bare_table(lock.table); }

/// `row id = 2 of t`, `entry (v = 50, id = 5) of index v of t`.
std::string entry(const Lock& lock) {
  const std::string key = key_text(lock);
  if (is_primary(lock)) return (key.empty() ? "a row" : "row " + key) + of_table(lock);
  return (key.empty() ? "an entry" : "entry " + key) + " of index " + lock.index + of_table(lock);
}

std::string gap(const Lock& lock) {
  if (lock.supremum)
    return "the gap behind the last " + (is_primary(lock) ? "row" : "entry of index " + lock.index) + of_table(lock);
  if (lock.key.empty() && lock.data.empty())
    return "a gap" + (is_primary(lock) ? "" : " of index " + lock.index) + of_table(lock);
  return "the gap before " + entry(lock);
}

/// What stands in the predecessor's way.
std::string held(const Scene& scene, std::size_t i) {
  const Actor& actor = scene.actors[i];
  const Lock* asked = scene.before(i).wants;
  if (actor.holds != nullptr && is_row_lock(*actor.holds)) return place(*actor.holds);
  if (asked != nullptr && asked->kind == LockKind::transaction)
    return asked->table.empty() ? std::string("a row") : "a row of " + bare_table(asked->table);
  if (actor.holds != nullptr) return place(*actor.holds);
  if (asked != nullptr && asked->kind == LockKind::insert_intention) return gap(*asked);
  return asked != nullptr ? place(*asked) : std::string("what the transaction before it needs");
}

bool is_queue(const Lock* lock) { return lock != nullptr && lock->kind == LockKind::tuple; }

std::string how_held(const Actor& actor, const Actor& asker) {
  if (actor.holds == nullptr) return is_queue(asker.wants) ? "stands first in the queue for " : "has locked ";
  if (actor.holds->waiting) return "stands in the queue for ";
  return is_shared(actor.holds) ? "has locked (shared) " : "has locked ";
}

std::string sentence(const Scene& scene, std::size_t i) {
  const Actor& actor = scene.actors[i];
  const Act* taker = taker_of(scene, i);
  std::string text = at_beginning(actor.party->name) + " " + how_held(actor, scene.before(i)) + held(scene, i);
  if (taker != nullptr) text += " by " + code(taker->sql);
  text += is_queue(actor.wants)
              ? " and queues for " + wanted(scene, i)
              : fmt::format(" and needs {}{}", is_shared(actor.wants) ? "(shared) " : "", wanted(scene, i));
  if (!actor.party->statement.empty()) text += " for " + code(actor.party->statement);
  return text + ".";
}

}  // namespace

std::string code(const std::string& sql) {
  std::string line;
  for (const char c : sql) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (blank && (line.empty() || line.back() == ' ')) continue;
    line += blank ? ' ' : c;
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == ';')) line.pop_back();
  if (line.empty()) return "its statement";
  if (line.size() > longest_statement) {
    std::size_t end = longest_statement;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
    line = line.substr(0, end) + "...";
  }
  return "`" + line + "`";
}

std::string place(const Lock& lock) {
  switch (lock.kind) {
    case LockKind::record: return entry(lock);
    case LockKind::next_key: return lock.supremum ? gap(lock) : entry(lock) + " with the gap before it";
    case LockKind::gap: return gap(lock);
    case LockKind::insert_intention: return "to insert into " + gap(lock);
    case LockKind::auto_increment: return "the AUTO_INCREMENT lock" + of_table(lock);
    case LockKind::table:
      return lock.table.empty() ? (lock.object.empty() ? "a table" : lock.object) : "table " + bare_table(lock.table);
    case LockKind::tuple: return "a hot row" + of_table(lock);
    case LockKind::metadata: return lock.object.empty() ? "the definition" + of_table(lock) : lock.object;
    default: break;
  }
  if (!lock.object.empty()) return lock.object;
  return lock.table.empty() ? std::string(to_string(lock.kind)) + " lock" : "table " + bare_table(lock.table);
}

std::string wanted(const Scene& scene, std::size_t i) {
  const Actor& actor = scene.actors[i];
  if (actor.wants == nullptr) return "a lock that the log does not show";
  if (is_queue(actor.wants)) return place(*actor.wants) + " behind " + scene.after(i).party->name;
  if (actor.wants->kind != LockKind::transaction) return place(*actor.wants);
  const std::string row = actor.wants->table.empty() ? "a row" : "a row of " + bare_table(actor.wants->table);
  return row + " that " + scene.after(i).party->name + " has locked or changed";
}

std::string at_beginning(const std::string& name) {
  for (const std::string_view word : {"transaction ", "process ", "session "}) {
    if (!name.starts_with(word)) continue;
    std::string out = name;
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
  }
  return name;
}

std::string past_is_unknown(const Scene& scene) {
  if (scene.any([](const Actor& actor) { return actor.known_past(); })) return {};
  return " By which earlier statements they took what they hold, the log does not show.";
}

std::string cycle_in_words(const Scene& scene) {
  std::string text;
  for (std::size_t i = 0; i < scene.size(); ++i) text += (text.empty() ? "" : " ") + sentence(scene, i);
  return text;
}

std::string table_in_words(const Scene& scene) {
  for (const Actor& actor : scene.actors)
    if (actor.wants != nullptr && !actor.wants->table.empty()) return bare_table(actor.wants->table);
  for (const Actor& actor : scene.actors)
    if (!actor.act.table.empty()) return actor.act.table;
  return "the table";
}

std::string names(const Scene& scene) {
  std::string text;
  for (std::size_t i = 0; i < scene.size(); ++i) {
    if (i > 0) text += i + 1 == scene.size() ? " and " : ", ";
    text += scene.actors[i].party->name;
  }
  return text;
}

std::string isolation_does_not_help(const Scene& scene) {
  return scene.postgres ? "Another isolation level: whoever changes a row locks it at every level."
                        : "A lower isolation level: the rows that a statement changes, or asks for by FOR UPDATE or "
                          "FOR SHARE, are locked at every level, so READ COMMITTED deadlocks in the same way.";
}

std::string retries_do_not_cure() {
  return "Retrying alone: the victim has to be run again anyway, but the two will meet again, more often the busier it "
         "gets.";
}

std::string timeouts_do_not_help(const Scene& scene) {
  return scene.postgres ? "A shorter deadlock_timeout or lock_timeout: the same transactions fail, only sooner."
                        : "A shorter innodb_lock_wait_timeout: the server finds the deadlock at once, the timeout "
                          "never comes into play.";
}

}  // namespace gridlock::rules
