// PostgreSQL's log in any of its formats, and what clients print of it: which of them a text is, and the plain one
// (log_destination = stderr, any log_line_prefix). src/backend/utils/error/elog.c: send_message_to_server_log.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/logs/flavour.h"
#include "analyzer/logs/postgres_formats.h"
#include "analyzer/logs/postgres_labels.h"
#include "analyzer/logs/postgres_record.h"
#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

/// A record while its lines come in: views only, so that what does not matter costs nothing.
struct Open {
  std::uint32_t line = 0;
  std::string_view prefix;
  std::string_view message;
  std::vector<std::string_view> detail, context, statement;
  std::vector<std::string_view>* last = nullptr;  ///< the part that a continuation belongs to
  bool cut = false;
  bool headless = false;  ///< begun by a DETAIL whose ERROR line is missing
};

/// `[13142]`, or the digits of `app[postgres.13142]`.
std::string_view pid_in(std::string_view prefix) {
  for (std::size_t open = prefix.find('['); open != std::string_view::npos; open = prefix.find('[', open + 1)) {
    std::string_view rest = prefix.substr(open + 1);
    take(rest, "postgres.");
    const std::string_view digits = take_digits(rest);
    if (!digits.empty() && (rest.starts_with("]") || rest.starts_with("-"))) return digits;
  }
  return {};
}

/// `2026-11-22 03:49:02.081 UTC`
std::string time_in(std::string_view prefix) {
  prefix = trim_left(prefix);
  while (!prefix.empty() && !is_digit(prefix.front())) prefix.remove_prefix(1);
  const std::string_view time = time_at_front(prefix);
  if (time.empty()) return {};
  std::string_view rest = prefix.substr(time.size());
  std::string out(time);
  if (take(rest, " ")) {
    const std::string_view zone = rest.substr(0, rest.find_first_of(" :[-,"));
    const bool letters = !zone.empty() && zone.size() <= 5 && std::all_of(zone.begin(), zone.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '+';
    });
    if (letters) out += " " + std::string(zone);
  }
  return out;
}

std::vector<std::string> owned(const std::vector<std::string_view>& lines) {
  std::vector<std::string> out;
  for (const std::string_view line : lines) out.emplace_back(trim_right(line));
  return out;
}

std::string joined(const std::vector<std::string_view>& lines) {
  std::string out;
  for (const std::string_view line : lines) out += (out.empty() ? "" : "\n") + std::string(line);
  return std::string(trim(out));
}

/// Puts the lines of a plain log together.
class Framing {
 public:
  explicit Framing(const Source& source)
      : source_(source), story_(source.file, "postgresql-stderr"), cursor_(source.text, source.numbers) {}

  ReadLog read() {
    Line line;
    while (cursor_.next(line)) take_line(line);
    while (!open_.empty()) finish(open_.begin()->first);
    ReadLog read = story_.finish(source_.text);
    if (!server_) read.ledger.format = "postgresql-client";
    return read;
  }

 private:
  void take_line(const Line& line) {
    const auto labelled = is_continuation(line.text) ? std::nullopt : read_label(line.text);
    if (labelled) return take_labelled(line, *labelled);
    take_continuation(line);
  }

  /// A server sets a TAB before every further line of a part, so nothing behind one can be a record of its own,
  /// whatever the user's statement says. Clients indent by a few blanks, labels too.
  bool is_continuation(std::string_view text) {
    if (!margin_known_) return false;
    const std::string_view rest = text.starts_with(margin_) ? text.substr(margin_.size()) : trim_left(text);
    if (rest.starts_with('\t')) return true;
    return rest.starts_with("      ");
  }

  void take_labelled(const Line& line, const LabelledLine& labelled) {
    if (!margin_known_) {
      margin_ = line.text.substr(0, line.text.size() - trim_left(line.text).size());
      margin_known_ = true;
    }
    const std::string_view pid = pid_in(labelled.prefix);
    if (!pid.empty() || !time_in(labelled.prefix).empty()) server_ = true;
    current_ = std::string(pid);
    if (labelled.label == Label::severity) {
      finish(current_);
      open_[current_] = begin(line, labelled);
      open_[current_].message = labelled.text;
      return;
    }
    auto [open, fresh] = open_.try_emplace(current_);
    Open& record = open->second;
    if (fresh) {
      record = begin(line, labelled);
      record.headless = true;
    }
    record.last = part(record, labelled.label);
    if (record.last != nullptr) record.last->push_back(labelled.text);
    record.cut = !line.terminated;
  }

  static Open begin(const Line& line, const LabelledLine& labelled) {
    Open record;
    record.line = line.number;
    record.prefix = labelled.prefix;
    record.cut = !line.terminated;
    return record;
  }

  static std::vector<std::string_view>* part(Open& record, Label label) {
    switch (label) {
      case Label::detail: return &record.detail;
      case Label::context: return &record.context;
      case Label::statement: return &record.statement;
      case Label::severity:
      case Label::hint:
      case Label::query:
      case Label::location:
      case Label::backtrace: break;
    }
    return nullptr;
  }

  void take_continuation(const Line& line) {
    const auto open = open_.find(current_);
    if (open == open_.end()) return take_bare(line);
    Open& record = open->second;
    record.cut = !line.terminated;
    if (trim(line.text).empty() && !line.text.starts_with('\t')) {
      // A blank line ends what a client printed.
      record.last = nullptr;
      return;
    }
    if (record.last == nullptr) return take_bare(line);
    std::string_view text = line.text;
    take(text, margin_);
    if (take(text, "\t")) {
      tabs_ = true;
    } else if (tabs_ && !is_blank(text.empty() ? ' ' : text.front())) {
      return;  // where further lines are marked by a TAB, one without it is no part of the record
    } else {
      text = trim_left(text);
    }
    record.last->push_back(text);
  }

  /// Wait lines that somebody pasted without the words around them.
  void take_bare(const Line& line) {
    if (single_mode(line.text).empty() || !read_wait_line(line.text)) return;
    auto [open, fresh] = open_.try_emplace(current_);
    if (fresh) {
      open->second.line = line.number;
      open->second.headless = true;
    }
    open->second.last = &open->second.detail;
    open->second.detail.push_back(trim(line.text));
    open->second.cut = !line.terminated;
  }

  /// Tells the process's record, after all that began before it.
  void finish(const std::string& pid) {
    const auto last = open_.find(pid);
    if (last == open_.end()) return;
    const std::uint32_t line = last->second.line;
    std::map<std::uint32_t, std::string> due;
    for (const auto& [other, record] : open_)
      if (record.line <= line) due.emplace(record.line, other);
    for (const auto& [begun, other] : due) {
      flush(other, open_[other]);
      open_.erase(other);
    }
  }

  void flush(const std::string& pid, const Open& open) {
    const std::string_view first = open.detail.empty() ? std::string_view() : open.detail.front();
    if (!may_matter(open.message, first, {})) return;
    PostgresRecord record;
    record.line = open.line;
    record.time = time_in(open.prefix);
    record.pid = pid;
    record.message = open.message;
    record.detail = owned(open.detail);
    record.context = owned(open.context);
    record.statement = joined(open.statement);
    record.cut = open.cut && !open.detail.empty() && open.context.empty() && open.statement.empty();
    // Behind a DETAIL whose ERROR line is missing, only a closed chain of waits is a deadlock.
    story_.add(record);
  }

  const Source& source_;
  PostgresStory story_;
  Cursor cursor_;
  std::map<std::string, Open> open_;  ///< by pid: parts of two processes' records may alternate
  std::string current_;
  std::string_view margin_;
  bool margin_known_ = false;
  bool tabs_ = false;  ///< seen before a further line
  bool server_ = false;
};

/// Whether a plain line can only come from PostgreSQL.
bool is_own_line(std::string_view line) {
  if (contains(line, "deadlock detected") || says_deadlock(line) || contains(line, "40P01")) return true;
  if (!single_mode(line).empty() && (read_wait_line(line) || read_wait_message(line))) return true;
  const auto labelled = read_label(line);
  // `ERROR:  ` behind a time: other programs set one blank.
  return labelled && !time_in(labelled->prefix).empty() && contains(line, ":  ");
}

}  // namespace

bool is_postgres_line(std::string_view line) { return is_csv_line(line) || is_json_line(line) || is_own_line(line); }

ReadLog read_postgres(const Source& source) {
  Cursor cursor(source.text);
  Line line;
  while (cursor.next(line)) {
    if (is_csv_line(line.text)) return read_postgres_csv(source);
    if (is_json_line(line.text)) return read_postgres_json(source);
    if (is_own_line(line.text)) break;
  }
  return Framing(source).read();
}

}  // namespace gridlock::logs
