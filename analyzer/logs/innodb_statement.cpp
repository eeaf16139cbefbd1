#include "analyzer/logs/innodb_statement.h"

#include <algorithm>
#include <optional>

#include "analyzer/logs/innodb_lock.h"
#include "analyzer/logs/innodb_titles.h"

namespace gridlock::logs {
namespace {

/// Beyond the limit only an edited log goes on; this is how far one looks for its next title.
constexpr std::size_t patience = 8192;

std::string_view without_margin(std::string_view line, std::size_t margin) {
  while (margin > 0 && !line.empty() && is_blank(line.front())) {
    line.remove_prefix(1);
    --margin;
  }
  return line;
}

bool names_owner(std::string_view body, const PrintedTrx& trx) {
  const auto lock = read_lock(body);
  return lock && lock->trx == trx.id;
}

/// Whether the next lines (some may be blank, one lock may be wrapped over three) are a lock of this transaction.
bool own_lock_follows(Cursor probe, const PrintedTrx& trx) {
  std::string joined;
  Line line;
  for (int lines = 0; lines < 6 && probe.next(line); ++lines) {
    const std::string_view body = body_of(line.text);
    if (body.empty() && joined.empty()) continue;
    if (joined.empty() && !begins_lock(body)) return false;
    joined += (joined.empty() ? "" : " ") + std::string(body);
    if (names_owner(joined, trx)) return true;
  }
  return false;
}

bool ends_a_statement(const Title& title, std::uint32_t label) {
  const bool lock_title = title.kind == Title::Kind::holds || title.kind == Title::Kind::waits;
  return lock_title && (title.number == 0 || label == 0 || title.number == label);
}

bool is_new_report(const std::optional<Title>& title) {
  return title && title->kind == Title::Kind::transaction && title->number == 1;
}

/// Looks for the end, line by line. Of several titles that fit the last one within the server's limit is the true one,
/// for a forged one stands inside the statement. HOLDS comes before WAITING where a report has both.
class Search {
 public:
  Search(const Cursor& begin, const PrintedTrx& trx, std::uint32_t label, bool titled, std::size_t room)
      : probe_(begin), trx_(trx), label_(label), titled_(titled), room_(room) {}

  void run(std::size_t margin) {
    Line line;
    for (;;) {
      const Cursor before = probe_;
      if (!probe_.next(line) || look_at(before, line)) return;
      length_ += without_margin(line.text, margin).size() + 1;
      if (length_ > room_ + (trusted() ? 1 : patience)) return;
    }
  }

  /// The line that ends the statement, if one was found that can be trusted.
  const std::optional<Cursor>& trusted() const { return holds_ ? holds_ : other_; }
  /// The first line that looks like an end.
  const std::optional<Cursor>& any() const { return any_; }

  /// True when there is no point in looking further.
  bool look_at(const Cursor& before, const Line& line) {
    const std::string_view body = body_of(line.text);
    const auto title = read_title(body);
    const bool raw_end = !titled_ && begins_lock(body) && names_owner(body, trx_);
    if (raw_end || (title && ends_a_statement(*title, label_) && own_lock_follows(probe_, trx_))) {
      (title && title->kind == Title::Kind::holds ? holds_ : other_) = before;
      return raw_end;
    }
    if (trusted() && (is_new_report(title) || has_error_log_prefix(line.text))) return true;
    if (!any_ && (title || is_ruler(body) || begins_lock(body))) any_ = before;
    return false;
  }

  Cursor probe_;
  std::optional<Cursor> holds_, other_, any_;
  const PrintedTrx& trx_;
  std::uint32_t label_;
  bool titled_;
  std::size_t room_;
  std::size_t length_ = 0;
};

std::string text_between(Cursor cursor, std::size_t end, std::size_t margin) {
  std::string text;
  Line line;
  while (cursor.offset() < end && cursor.next(line)) {
    const std::string_view words = without_margin(line.text, margin);
    const std::string_view body = trim(words);
    if (text.empty() && (body.empty() || body == "SQL:")) continue;
    // An error log's prefix may stand alone on the line before a title.
    if (has_error_log_prefix(line.text) && body_of(line.text).empty()) continue;
    text += words;
    text += '\n';
  }
  return std::string(trim(text));
}

}  // namespace

StatementPlace read_statement(const Cursor& begin, const PrintedTrx& trx, std::uint32_t label, bool titled,
                              std::size_t thread_line, std::size_t margin) {
  const std::size_t limit = statement_limit(trx);
  const std::size_t room = limit > thread_line ? limit - thread_line : 0;
  Search search(begin, trx, label, titled, room);
  search.run(margin);
  StatementPlace place{{}, begin, false, false};
  const auto& end = search.trusted() ? search.trusted() : search.any();
  if (!end) return place;
  place.end = *end;
  place.ended = true;
  place.text = text_between(begin, place.end.offset(), margin);
  place.cut = search.trusted() && place.text.size() + 1 >= room && room > 0;
  return place;
}

}  // namespace gridlock::logs
