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
  std::size_t offset = 0, last_offset = 0;  ///< of its first and its last line
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

/// A line of a DETAIL without anything around it. What is left of a damaged CSV or JSON record is none.
bool is_bare_wait_line(std::string_view line) {
  constexpr std::size_t longest = 300, longest_word = 40;
  if (line.size() > longest || single_mode(line).empty() || !read_wait_line(line)) return false;
  for (const std::string_view mark : {"{", "}", "\\", "\",", ",\"", "\":", "\"\""})
    if (contains(line, mark)) return false;
  return line.find_first_of("0123456789") < longest_word && time_at_front(line).empty();
}

/// What a plain log shows of the manner in which it was written.
struct Manner {
  std::string margin;
  bool margin_known = false;
  bool tabs = false;    ///< seen before a further line
  bool server = false;  ///< a time or a process stands before a label
};

/// Puts the lines of a plain log together.
class Framing {
 public:
  Framing(const Source& source, Manner& manner, PostgresStory& story)
      : source_(source), story_(story), manner_(manner), cursor_(source.text, source.first_line, source.numbers) {}

  /// Up to where it was read.
  std::size_t read() {
    Line line;
    while (cursor_.next(line)) {
      if (is_other_log(line)) {
        finish_all();
        return line.offset;
      }
      take_line(line);
      if ((++lines_ & 255U) == 0) finish_old(line.offset);
    }
    if (source_.ends) {
      finish_all();
      return source_.text.size();
    }
    // What is open may go on behind the excerpt. Whatever began before it has been told.
    std::size_t unfinished = source_.text.size();
    for (const auto& [pid, record] : open_) unfinished = std::min(unfinished, record.offset);
    return unfinished;
  }

 private:
  /// Parts of two records that alternate lie close together.
  static constexpr std::size_t farthest_part = std::size_t{64} << 10;

  void finish_all() {
    while (!open_.empty()) finish(open_.begin()->first);
  }

  void finish_old(std::size_t offset) {
    std::vector<std::string> old;
    for (const auto& [pid, record] : open_)
      if (record.last_offset + farthest_part < offset) old.push_back(pid);
    for (const std::string& pid : old) finish(pid);
  }

  /// Another kind of log begins here, in the same file. A TAB says that the line is PostgreSQL's own.
  bool is_other_log(const Line& line) const {
    if (line.offset == 0 || line.text.starts_with('\t')) return false;
    if (!contains(line.text, "InnoDB") && !contains(line.text, "TRANSACTION") && !contains(line.text, "INNODB"))
      return false;
    return is_innodb_line(line.text) && !is_postgres_line(line.text);
  }

  void take_line(const Line& line) {
    const auto labelled = is_continuation(line.text) ? std::nullopt : read_label(line.text);
    if (labelled) return take_labelled(line, *labelled);
    take_continuation(line);
  }

  /// A server sets a TAB before every further line of a part, so nothing behind one can be a record of its own,
  /// whatever the user's statement says. Clients indent by a few blanks, labels too.
  bool is_continuation(std::string_view text) {
    if (!manner_.margin_known) return false;
    const std::string_view rest =
        text.starts_with(manner_.margin) ? text.substr(manner_.margin.size()) : trim_left(text);
    if (rest.starts_with('\t')) return true;
    return rest.starts_with("      ");
  }

  void take_labelled(const Line& line, const LabelledLine& labelled) {
    if (!manner_.margin_known) {
      manner_.margin = line.text.substr(0, line.text.size() - trim_left(line.text).size());
      manner_.margin_known = true;
    }
    const std::string_view pid = pid_in(labelled.prefix);
    if (!pid.empty() || !time_in(labelled.prefix).empty()) manner_.server = true;
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
    record.last_offset = line.offset;
    record.last = part(record, labelled.label);
    if (record.last != nullptr) record.last->push_back(labelled.text);
    record.cut = !line.terminated;
  }

  static Open begin(const Line& line, const LabelledLine& labelled) {
    Open record;
    record.line = line.number;
    record.offset = record.last_offset = line.offset;
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
    record.last_offset = line.offset;
    record.cut = !line.terminated;
    if (trim(line.text).empty() && !line.text.starts_with('\t')) {
      // A blank line ends what a client printed.
      record.last = nullptr;
      return;
    }
    if (record.last == nullptr) return take_bare(line);
    if (record.last != &record.detail && is_bare_wait_line(trim(line.text)) && continues_a_chain(line)) return;
    std::string_view text = line.text;
    take(text, manner_.margin);
    if (take(text, "\t")) {
      manner_.tabs = true;
    } else if (manner_.tabs && !is_blank(text.empty() ? ' ' : text.front())) {
      return;  // where further lines are marked by a TAB, one without it is no part of the record
    } else {
      text = trim_left(text);
    }
    record.last->push_back(text);
  }

  /// Another process may have written in between: a chain goes on where its last member waits for this one. REQUIRES: a
  /// wait line.
  bool continues_a_chain(const Line& line) {
    const std::string pid = read_wait_line(trim(line.text))->pid;
    for (auto& [other, record] : open_) {
      const auto before = record.detail.empty() ? std::nullopt : read_wait_line(record.detail.back());
      if (!before || before->blocker != pid) continue;
      record.detail.push_back(trim(line.text));
      record.last = &record.detail;
      record.last_offset = line.offset;
      current_ = other;
      return true;
    }
    return false;
  }

  /// Wait lines that somebody pasted without the words around them.
  void take_bare(const Line& line) {
    if (!is_bare_wait_line(trim(line.text)) || continues_a_chain(line)) return;
    auto [open, fresh] = open_.try_emplace(current_);
    if (fresh) {
      open->second.line = line.number;
      open->second.offset = open->second.last_offset = line.offset;
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
    if (!matters(last->second)) {
      open_.erase(last);  // nothing is told, so those that began before it may go on
      return;
    }
    const std::uint32_t line = last->second.line;
    std::map<std::uint32_t, std::string> due;
    for (const auto& [other, record] : open_)
      if (record.line <= line) due.emplace(record.line, other);
    for (const auto& [begun, other] : due) {
      flush(other, open_[other]);
      open_.erase(other);
    }
  }

  static bool matters(const Open& open) {
    return may_matter(open.message, open.detail.empty() ? std::string_view() : open.detail.front(), {});
  }

  void flush(const std::string& pid, const Open& open) {
    if (!matters(open)) return;
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
  PostgresStory& story_;
  Manner& manner_;
  Cursor cursor_;
  std::map<std::string, Open> open_;  ///< by pid: parts of two processes' records may alternate
  std::string current_;
  std::uint64_t lines_ = 0;
};

/// Whether a plain line can only come from PostgreSQL.
bool is_plain_line(std::string_view line) {
  if (contains(line, "deadlock detected") || says_deadlock(line) || contains(line, "40P01")) return true;
  if (!single_mode(line).empty() && (is_bare_wait_line(trim(line)) || read_wait_message(line))) return true;
  const auto labelled = read_label(line);
  // `ERROR:  ` behind a time: other programs set one blank.
  return labelled && !time_in(labelled->prefix).empty() && contains(line, ":  ");
}

/// All formats of PostgreSQL's log.
class PostgresFlavour : public Flavour {
 public:
  explicit PostgresFlavour(Telling& telling) : story_(telling) {}

  bool is_own_line(std::string_view line) const override { return is_postgres_line(line); }

  std::size_t read(const Source& source) override {
    Cursor cursor(source.text);
    Line line;
    while (cursor.next(line)) {
      if (is_csv_line(line.text)) {
        format_ = "postgresql-csvlog";
        return read_postgres_csv(source, story_);
      }
      if (is_json_line(line.text)) {
        format_ = "postgresql-jsonlog";
        return read_postgres_json(source, story_);
      }
      if (is_plain_line(line.text)) break;
    }
    const std::size_t end = Framing(source, manner_, story_).read();
    format_ = manner_.server ? "postgresql-stderr" : "postgresql-client";
    return end;
  }

  void notice(std::string_view line) override {
    if (!format_.empty()) return;
    format_ = is_csv_line(line) ? "postgresql-csvlog" : is_json_line(line) ? "postgresql-jsonlog" : "postgresql-stderr";
  }

  void finish() override { story_.finish(); }
  std::string format() const override { return format_; }

 private:
  PostgresStory story_;
  Manner manner_;
  std::string format_;
};

}  // namespace

bool is_postgres_line(std::string_view line) { return is_csv_line(line) || is_json_line(line) || is_plain_line(line); }

std::unique_ptr<Flavour> postgres_flavour(Telling& telling) { return std::make_unique<PostgresFlavour>(telling); }

}  // namespace gridlock::logs
