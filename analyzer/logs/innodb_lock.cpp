#include "analyzer/logs/innodb_lock.h"

#include <algorithm>

#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

constexpr std::string_view record_locks = "RECORD LOCKS";
constexpr std::string_view table_lock = "TABLE LOCK";

/// An identifier in backquotes or double quotes, a doubled quote standing for one.
std::optional<std::string> take_quoted(std::string_view& text) {
  if (text.empty() || (text.front() != '`' && text.front() != '"')) return std::nullopt;
  const char quote = text.front();
  std::string name;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != quote) {
      name += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == quote) {
      name += quote;
      ++i;
    } else {
      text.remove_prefix(i + 1);
      return name;
    }
  }
  return std::nullopt;
}

/// `` `db`.`t` ``, `"db"."t"`, 5.0's `` `db/t` ``, or bare `db.t` from an edited log.
std::optional<std::string> take_table(std::string_view& text) {
  text = trim_left(text);
  if (auto name = take_quoted(text)) {
    if (!take(text, ".")) {
      std::replace(name->begin(), name->end(), '/', '.');
      return name;
    }
    auto table = take_quoted(text);
    if (!table) return std::nullopt;
    return *name + "." + *table;
  }
  const std::string_view bare = take_word(text);
  if (bare.empty()) return std::nullopt;
  return std::string(bare);
}

/// `trx id 4711`, `trx id 4F3D6D24`, 5.0's `trx id 0 3793488`, MariaDB's `trx id (0x7f..)`.
std::optional<std::string> take_trx(std::string_view& text) {
  const std::size_t at = text.find("trx id");
  const std::size_t loose = at == std::string_view::npos ? text.find("trx  id") : at;
  if (loose == std::string_view::npos) return std::nullopt;
  text.remove_prefix(text.find("id", loose) + 2);
  text = trim_left(text);
  std::string id(take_word(text));
  if (id.empty()) return std::nullopt;
  std::string_view rest = trim_left(text);
  if (const std::string_view low = take_digits(rest); !low.empty()) {
    id += " " + std::string(low);
    text = rest;
  }
  return id;
}

/// `lock_mode X`, `lock mode S`: a blank for S and for table locks, an underscore for X.
std::optional<std::string> take_mode(std::string_view& text) {
  text = trim_left(text);
  if (!take(text, "lock_mode ") && !take(text, "lock mode ")) return std::nullopt;
  for (const std::string_view mode : {"AUTO-INC", "IS", "IX", "S", "X"}) {
    std::string_view rest = text;
    if (!take(rest, mode) || (!rest.empty() && is_word(rest.front()))) continue;
    text = rest;
    return std::string(mode);
  }
  return std::nullopt;
}

bool has_word(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  return at != std::string_view::npos && (at + word.size() == text.size() || !is_word(text[at + word.size()]));
}

void read_suffix(std::string_view rest, PrintedLock& lock) {
  const std::size_t locks = rest.find("locks ");
  lock.gap = contains(rest, "locks gap before rec");
  lock.record_only = locks != std::string_view::npos && contains(rest, "locks rec but not gap");
  lock.insert_intention = contains(rest, "insert intention");
  // MariaDB 10.0 and 10.1 go on: `waiting lock hold time 3 wait time before grant 0`.
  lock.waiting = has_word(rest, " waiting");
  lock.after_waiting = contains(rest, " lock hold time ");
}

std::string_view take_index(std::string_view& text, PrintedLock& lock) {
  text = trim_left(text);
  const std::size_t end = text.find(" of table ");
  if (end == std::string_view::npos) return {};
  std::string_view index = text.substr(0, end);
  text.remove_prefix(end + std::string_view(" of table ").size());
  if (index.size() > 2 && (index.front() == '`' || index.front() == '"') && index.back() == index.front()) {
    lock.quoted_index = true;
    index = index.substr(1, index.size() - 2);
  }
  return index;
}

bool take_number_after(std::string_view& text, std::string_view word, std::uint64_t& number) {
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos) return false;
  text.remove_prefix(at + word.size());
  text = trim_left(text);
  number = to_number(take_digits(text));
  return true;
}

bool take_record_place(std::string_view& text, PrintedLock& lock) {
  lock.record = true;
  if (!take_number_after(text, "space id", lock.space) || !take_number_after(text, "page no", lock.page)) return false;
  const std::size_t index = text.find(" index");
  if (index == std::string_view::npos) return false;
  text.remove_prefix(index + std::string_view(" index").size());
  lock.index = take_index(text, lock);
  return !lock.index.empty();
}

std::string mode_of(const PrintedLock& lock, bool supremum) {
  std::string mode = lock.base;
  // data_locks' vocabulary and order; the supremum carries no GAP flag (lock_rec_add_to_queue drops it).
  if (lock.gap && !supremum) mode += ",GAP";
  if (lock.record_only) mode += ",REC_NOT_GAP";
  if (lock.insert_intention) mode += ",INSERT_INTENTION";
  return mode;
}

LockKind kind_of(const PrintedLock& lock, bool supremum) {
  if (!lock.record) return lock.base == "AUTO-INC" ? LockKind::auto_increment : LockKind::table;
  if (lock.insert_intention) return LockKind::insert_intention;
  if (lock.gap || supremum) return LockKind::gap;
  return lock.record_only ? LockKind::record : LockKind::next_key;
}

/// With fields missing, the key is known only when the columns that follow it in a clustered index are seen.
bool key_is_whole(const PrintedRow& row, std::string_view index) {
  return row.fields.size() >= row.fields_announced || key_fields(row.fields, index) < row.fields.size();
}

}  // namespace

bool begins_lock(std::string_view line) { return line.starts_with(record_locks) || line.starts_with(table_lock); }

std::optional<PrintedLock> read_lock(std::string_view line) {
  PrintedLock lock;
  std::string_view text = line;
  if (take(text, table_lock)) {
    text = trim_left(text);
    if (!take(text, "table")) return std::nullopt;
  } else if (!take(text, record_locks) || !take_record_place(text, lock)) {
    return std::nullopt;
  }
  auto table = take_table(text);
  auto trx = take_trx(text);
  auto base = take_mode(text);
  if (!table || !trx || !base) return std::nullopt;
  lock.table = std::move(*table);
  lock.trx = std::move(*trx);
  lock.base = std::move(*base);
  read_suffix(text, lock);
  return lock;
}

std::optional<PrintedRow> read_row(std::string_view line) {
  if (!take(line, "Record lock, heap no ")) return std::nullopt;
  PrintedRow row;
  row.heap = to_number(take_digits(line));
  read_row_rest(trim_left(line), row);
  return row;
}

bool read_row_rest(std::string_view line, PrintedRow& row) {
  if (!take(line, "PHYSICAL RECORD: n_fields ")) return false;
  row.fields_announced = static_cast<std::size_t>(to_number(take_digits(line)));
  return true;
}

Lock to_lock(const PrintedLock& printed, std::size_t row) {
  Lock lock;
  const bool known = row < printed.rows.size();
  lock.supremum = known && printed.rows[row].heap == 1;
  lock.kind = kind_of(printed, lock.supremum);
  lock.mode = mode_of(printed, lock.supremum);
  lock.table = printed.table;
  lock.index = printed.index;
  lock.waiting = printed.waiting;
  if (lock.supremum) {
    lock.data = "supremum pseudo-record";
  } else if (known && key_is_whole(printed.rows[row], printed.index)) {
    lock.key = key_of(printed.rows[row].fields, printed.index, lock.data);
  }
  return lock;
}

bool same_resource(const PrintedLock& a, const PrintedLock& b) {
  if (a.record != b.record) return false;
  if (!a.record) return a.table == b.table;
  if (a.space != b.space || a.page != b.page || a.index != b.index) return false;
  if (a.rows.empty() || b.rows.empty()) return true;
  return std::any_of(a.rows.begin(), a.rows.end(), [&](const PrintedRow& row) {
    return std::any_of(b.rows.begin(), b.rows.end(), [&](const PrintedRow& other) { return row.heap == other.heap; });
  });
}

}  // namespace gridlock::logs
