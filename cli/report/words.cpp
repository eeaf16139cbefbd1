#include "cli/report/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gridlock::report {
namespace {

struct ModeWords {
  std::string_view mode, before, after;  ///< the table's name stands between them
};

// What a table lock means to somebody who did not write the server. InnoDB: manual 17.7.1; PostgreSQL: manual 13.3.1.
constexpr std::array table_modes{
    ModeWords{"IS", "the intention to lock rows of table ", " shared"},
    ModeWords{"IX", "the intention to lock rows of table ", " exclusively"},
    ModeWords{"S", "shared lock on the whole table ", ""},
    ModeWords{"X", "exclusive lock on the whole table ", ""},
    ModeWords{"SIX", "shared lock on the whole table ", ", with the intention to lock rows"},
    ModeWords{"AccessShareLock", "read lock on table ", ""},
    ModeWords{"RowShareLock", "row-locking lock on table ", ""},
    ModeWords{"RowExclusiveLock", "write lock on table ", ""},
    ModeWords{"ShareUpdateExclusiveLock", "maintenance lock on table ", ""},
    ModeWords{"ShareLock", "shared lock on the whole table ", " (no writes pass)"},
    ModeWords{"ShareRowExclusiveLock", "lock on the whole table ", " (no other writes pass)"},
    ModeWords{"ExclusiveLock", "exclusive lock on the whole table ", " (only plain reads pass)"},
    ModeWords{"AccessExclusiveLock", "exclusive lock on the whole table ", " (not even reads pass)"},
};

std::string table_lock(const Lock& lock) {
  const std::string table = clean(lock.table.empty() ? lock.object : lock.table);
  for (const auto& [mode, before, after] : table_modes)
    if (mode == lock.mode) return fmt::format("{}{}{}", before, table, after);
  return "lock on table " + table;
}

/// "exclusive " or "shared ", by the server's mode word; empty when it does not tell.
std::string_view strength(const Lock& lock) {
  const std::string_view mode = lock.mode;
  const std::string_view first = mode.substr(0, mode.find_first_of(", "));
  if (first == "X" || first == "ExclusiveLock" || first == "EXCLUSIVE" || first == "AccessExclusiveLock")
    return "exclusive ";
  if (first == "S" || first == "ShareLock" || first == "SHARED") return "shared ";
  return "";
}

/// The clustered index's entry is the row itself in InnoDB (GEN_CLUST_INDEX: of a table without a primary key); an
/// engine without clustered indexes locks rows anyway.
bool is_row(const Lock& lock) {
  return lock.index.empty() || lock.index == "PRIMARY" || lock.index == "GEN_CLUST_INDEX";
}

/// `row id = 1`, `index entry year = 2026`.
std::string entry(const Lock& lock) {
  const std::string key = key_in_words(lock);
  return (is_row(lock) ? "row" : "index entry") + (key.empty() ? std::string() : " " + key);
}

/// ` of accounts`
std::string of_table(const Lock& lock) { return lock.table.empty() ? std::string() : " of " + clean(lock.table); }

/// ` (index PRIMARY)`
std::string by_index(const Lock& lock) {
  return lock.index.empty() ? std::string() : fmt::format(" (index {})", clean(lock.index));
}

std::string gap(const Lock& lock) {
  if (lock.supremum)
    return fmt::format("the gap after the last {}{}{}", is_row(lock) ? "row" : "index entry", of_table(lock),
                       by_index(lock));
  return fmt::format("the gap before {}{}{}", entry(lock), of_table(lock), by_index(lock));
}

/// A lock whose object stands for itself: `advisory lock [1,0,7,1]`, `user lock "a"`.
std::string object_lock(const Lock& lock, std::string_view what) {
  if (!lock.object.empty()) return clean(lock.object);
  return fmt::format("{}{}", what, lock.table.empty() ? std::string() : " on " + clean(lock.table));
}

/// Waiting for a transaction is waiting for its end; holding one is having it open.
std::string transaction_lock(const Lock& lock) {
  const std::string which = lock.object.empty() ? "a transaction" : clean(lock.object);
  const std::string key = key_in_words(lock);
  const std::string row = lock.table.empty() ? std::string()
                          : key.empty()      ? fmt::format(", which changed a row of {}", clean(lock.table))
                                             : fmt::format(", which changed row {} of {}", key, clean(lock.table));
  if (strength(lock) == "exclusive " && !lock.waiting) return fmt::format("its own open {}", which);
  return fmt::format("the end of {}{}", which, row);
}

std::string tuple_lock(const Lock& lock) {
  if (lock.table.empty() && !lock.object.empty())
    return fmt::format("the first place in line for {}", clean(lock.object));
  return fmt::format("the first place in line for {}{}", entry(lock), of_table(lock));
}

std::string record_lock(const Lock& lock) {
  return fmt::format("{}lock on {}{}{}", strength(lock), entry(lock), of_table(lock), by_index(lock));
}

std::string next_key_lock(const Lock& lock) {
  if (lock.supremum) return fmt::format("{}lock on {}", strength(lock), gap(lock));
  return fmt::format("{}lock on {}{} and the gap before it{}", strength(lock), entry(lock), of_table(lock),
                     by_index(lock));
}

std::string part_in_words(const KeyPart& part) {
  const std::string value = part.value ? clean(to_sql(*part.value)) : "?";
  return part.column.empty() ? value : fmt::format("{} = {}", clean(part.column), value);
}

struct Term {
  std::string_view name;
  bool (*concerns)(const Lock&);
  std::string_view sentence;
};

bool is_kind(const Lock& lock, LockKind kind) { return lock.kind == kind; }
bool of_innodb_row(const Lock& lock) {
  return is_kind(lock, LockKind::record) || is_kind(lock, LockKind::next_key) || is_kind(lock, LockKind::gap);
}

// One sentence each; the order is the order in which they are told.
constexpr std::array terms{
    Term{"exclusive",
         [](const Lock& l) { return of_innodb_row(l) && l.kind != LockKind::gap && strength(l) == "exclusive "; },
         "Exclusive lock (X): nobody else can lock or change the row until the transaction ends."},
    Term{"shared",
         [](const Lock& l) { return of_innodb_row(l) && l.kind != LockKind::gap && strength(l) == "shared "; },
         "Shared lock (S): others can also take it, but nobody else can change the row until all of them have ended."},
    Term{
        "gap",
        [](const Lock& l) { return is_kind(l, LockKind::gap) || (l.supremum && l.kind != LockKind::insert_intention); },
        "Gap lock: covers the empty space before an index entry. It only keeps others from inserting there, and any "
        "number "
        "of transactions can hold it at the same time."},
    Term{"next-key", [](const Lock& l) { return is_kind(l, LockKind::next_key) && !l.supremum; },
         "Next-key lock: covers an index entry and the gap before it, so nobody else can change the entry or insert in "
         "front of it."},
    Term{"insert intention", [](const Lock& l) { return is_kind(l, LockKind::insert_intention); },
         "Insert intention: what an INSERT asks for before it puts an entry into a gap. It waits while another "
         "transaction "
         "holds a lock on that gap."},
    Term{
        "supremum", [](const Lock& l) { return l.supremum; },
        "Supremum: the imaginary entry behind the last one of an index; the gap before it is where the next larger key "
        "would go."},
    Term{
        "transaction", [](const Lock& l) { return is_kind(l, LockKind::transaction); },
        "Who needs a row that another transaction has changed waits for the end of that whole transaction (PostgreSQL: "
        "ShareLock on transaction)."},
    Term{"tuple", [](const Lock& l) { return is_kind(l, LockKind::tuple); },
         "Tuple lock: when several wait for one row, the first of them holds it, and the others queue behind."},
    Term{"auto-increment", [](const Lock& l) { return is_kind(l, LockKind::auto_increment); },
         "AUTO-INC lock: held on the table while a statement draws AUTO_INCREMENT numbers."},
    Term{"metadata", [](const Lock& l) { return is_kind(l, LockKind::metadata); },
         "Metadata lock: keeps a table's definition as it is until the transaction that uses the table ends."},
    Term{"advisory", [](const Lock& l) { return is_kind(l, LockKind::advisory) || is_kind(l, LockKind::user); },
         "Advisory lock: a name or number that the application locks for its own ends; no row or table is behind it."},
    Term{"intention", [](const Lock& l) { return is_kind(l, LockKind::table) && l.mode.starts_with("I"); },
         "Intention lock (IS, IX): says on the table that rows of it will be locked; it only conflicts with locks on "
         "the "
         "whole table."},
};

}  // namespace

std::string key_in_words(const Lock& lock) {
  std::string out;
  for (const KeyPart& part : lock.key) out += (out.empty() ? "" : ", ") + part_in_words(part);
  if (out.empty() && !lock.data.empty() && !lock.supremum) out = clean(lock.data);
  return lock.key.size() > 1 && lock.key.front().column.empty() ? "(" + out + ")" : out;
}

std::string in_words(const Lock& lock) {
  switch (lock.kind) {
    case LockKind::record: return record_lock(lock);
    case LockKind::gap: return fmt::format("{}lock on {}", strength(lock), gap(lock));
    case LockKind::next_key: return next_key_lock(lock);
    case LockKind::insert_intention: return "permission to insert into " + gap(lock);
    case LockKind::table: return table_lock(lock);
    case LockKind::auto_increment: return fmt::format("AUTO_INCREMENT lock of table {}", clean(lock.table));
    case LockKind::tuple: return tuple_lock(lock);
    case LockKind::transaction: return transaction_lock(lock);
    case LockKind::virtual_transaction: return "the end of " + object_lock(lock, "a virtual transaction");
    case LockKind::advisory: return object_lock(lock, "advisory lock");
    case LockKind::user: return object_lock(lock, "user lock");
    case LockKind::metadata: return object_lock(lock, "metadata lock");
    case LockKind::page: return object_lock(lock, "page lock");
    case LockKind::extension: return object_lock(lock, "lock to extend a table");
    case LockKind::object: return object_lock(lock, "lock on a database object");
    case LockKind::speculative_token: return object_lock(lock, "speculative insertion token");
    case LockKind::other: break;
  }
  return object_lock(lock, "lock");
}

Text described(const Lock& lock) {
  Text text(in_words(lock));
  if (!lock.mode.empty()) text.add(" ").add(Ink::dim, fmt::format("[{}]", clean(lock.mode)));
  if (lock.doubtful) text.add(" ").add(Ink::waiting, "(doubtful: the server is known to print this wrongly)");
  return text;
}

std::string_view in_words(Proof proof) {
  switch (proof) {
    case Proof::reported: return "reported: the database itself said so";
    case Proof::observed: return "observed: seen in the lock queues, not reported by the database";
    case Proof::inferred: return "inferred: worked out from the statements, no lock queue was seen";
  }
  return "";
}

std::string thousands(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string counted(std::uint64_t count, std::string_view singular) {
  return fmt::format("{} {}{}", thousands(count), singular, count == 1 ? "" : "s");
}

std::string milliseconds(double ms) {
  if (ms < 10) return fmt::format("{:.1f} ms", ms);
  if (ms < 1000) return fmt::format("{:.0f} ms", ms);
  if (ms < 100'000) return fmt::format("{:.1f} s", ms / 1000);
  const auto seconds = static_cast<std::uint64_t>(std::llround(ms / 1000));
  return fmt::format("{} min {} s", thousands(seconds / 60), seconds % 60);
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i)
    out += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return out;
}

std::vector<std::string> explain_terms(const std::vector<Lock>& locks, std::vector<std::string_view>& explained) {
  std::vector<std::string> sentences;
  for (const Term& term : terms) {
    if (std::find(explained.begin(), explained.end(), term.name) != explained.end()) continue;
    if (std::none_of(locks.begin(), locks.end(), term.concerns)) continue;
    explained.push_back(term.name);
    sentences.emplace_back(term.sentence);
  }
  return sentences;
}

}  // namespace gridlock::report
