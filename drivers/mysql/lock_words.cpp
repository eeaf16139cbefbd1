#include "drivers/mysql/lock_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "model/sql/parse.h"

namespace gridlock::mysql {
namespace {

bool has_word(std::string_view mode, std::string_view word) {
  for (std::size_t at = mode.find(word); at != std::string_view::npos; at = mode.find(word, at + 1)) {
    const bool begins = at == 0 || mode[at - 1] == ',';
    const std::size_t end = at + word.size();
    if (begins && (end == mode.size() || mode[end] == ',')) return true;
  }
  return false;
}

LockKind kind_of(std::string_view type, std::string_view mode) {
  if (type == "TABLE") return has_word(mode, "AUTO_INC") ? LockKind::auto_increment : LockKind::table;
  if (has_word(mode, "INSERT_INTENTION")) return LockKind::insert_intention;
  if (has_word(mode, "GAP")) return LockKind::gap;
  if (has_word(mode, "REC_NOT_GAP")) return LockKind::record;
  return LockKind::next_key;
}

/// One column of lock_data: a number, a text in quotes, NULL; bytes in hexadecimal stay unknown.
std::optional<Value> value_of(std::string_view text) {
  if (text == "NULL") return Value(Null{});
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    std::string plain;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      if (text[i] == '\'' && text[i + 1] == '\'' && i + 2 < text.size()) ++i;
      plain += text[i];
    }
    return Value(std::move(plain));
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return Value(number);
  return std::nullopt;
}

std::vector<KeyPart> key_of(std::string_view data) {
  std::vector<KeyPart> key;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= data.size(); ++i) {
    if (i < data.size() && data[i] == '\'') quoted = !quoted;
    const bool ends = i == data.size() || (!quoted && data[i] == ',');
    if (!ends) continue;
    std::string_view part = data.substr(begin, i - begin);
    while (part.starts_with(' ')) part.remove_prefix(1);
    key.push_back({"", value_of(part)});
    begin = i + 1;
  }
  return key;
}

/// Of each mode, which granted ones it has to wait for; the order is that of `modes`.
constexpr std::array<std::string_view, 10> modes{"SHARED",           "SHARED_HIGH_PRIO",      "SHARED_READ",
                                                 "SHARED_WRITE",     "SHARED_WRITE_LOW_PRIO", "SHARED_UPGRADABLE",
                                                 "SHARED_READ_ONLY", "SHARED_NO_WRITE",       "SHARED_NO_READ_WRITE",
                                                 "EXCLUSIVE"};
constexpr std::array<std::string_view, 10> waits_for{
    "---------x",  // SHARED
    "---------x",  // SHARED_HIGH_PRIO
    "--------xx",  // SHARED_READ
    "------xxxx",  // SHARED_WRITE
    "------xxxx",  // SHARED_WRITE_LOW_PRIO
    "-----x-xxx",  // SHARED_UPGRADABLE
    "---xx---xx",  // SHARED_READ_ONLY
    "---xxx-xxx",  // SHARED_NO_WRITE
    "--xxxxxxxx",  // SHARED_NO_READ_WRITE
    "xxxxxxxxxx",  // EXCLUSIVE
};

}  // namespace

Lock row_lock(std::string_view type, std::string mode, std::string table, std::string index, std::string data) {
  Lock lock;
  lock.kind = kind_of(type, mode);
  lock.mode = std::move(mode);
  lock.table = std::move(table);
  lock.index = std::move(index);
  lock.supremum = data == "supremum pseudo-record";
  if (type != "TABLE" && !lock.supremum && !data.empty()) lock.key = key_of(data);
  lock.data = std::move(data);
  return lock;
}

Lock metadata_lock(std::string_view type, std::string mode, std::string name) {
  Lock lock;
  lock.mode = std::move(mode);
  if (type == "USER LEVEL LOCK") {
    lock.kind = LockKind::user;
    lock.object = fmt::format("user lock \"{}\"", name);
    return lock;
  }
  lock.kind = LockKind::metadata;
  if (type == "TABLE")
    lock.table = std::move(name);
  else
    lock.object = name.empty() ? std::string(type) : fmt::format("{} {}", type, name);
  return lock;
}

bool metadata_conflict(std::string_view requested, std::string_view granted) {
  const auto at = [](std::string_view mode) { return std::find(modes.begin(), modes.end(), mode) - modes.begin(); };
  const auto request = static_cast<std::size_t>(at(requested)), grant = static_cast<std::size_t>(at(granted));
  if (request < modes.size() && grant < modes.size()) return waits_for[request][grant] == 'x';
  // Locks of a scope (GLOBAL, SCHEMA, BACKUP): intentions go together, everything else does not.
  return requested != "INTENTION_EXCLUSIVE" || granted != "INTENTION_EXCLUSIVE";
}

std::string without_for_share(const std::string& sql) {
  const auto tokens = sql::tokens(sql, sql::Dialect::mysql);
  const auto is = [&](std::size_t i, std::string_view word) {
    const sql::Token& token = tokens[i];
    return token.kind == sql::Token::Kind::word &&
           sql::same_name(std::string_view(sql).substr(token.span.begin, token.span.end - token.span.begin), word);
  };
  std::string text = sql;
  for (std::size_t i = tokens.size(); i-- > 1;)
    if (is(i - 1, "FOR") && is(i, "SHARE"))
      text.replace(tokens[i - 1].span.begin, tokens[i].span.end - tokens[i - 1].span.begin, "LOCK IN SHARE MODE");
  return text;
}

bool goes_first(std::string_view mode) {
  return mode == "EXCLUSIVE" || mode == "SHARED_NO_READ_WRITE" || mode == "SHARED_NO_WRITE";
}

}  // namespace gridlock::mysql
