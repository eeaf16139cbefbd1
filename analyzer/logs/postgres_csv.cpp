// src/backend/utils/error/csvlog.c. A record may span lines: a quoted field keeps its line breaks.
#include <string>
#include <utility>
#include <vector>

#include "analyzer/logs/postgres_formats.h"
#include "analyzer/logs/postgres_record.h"
#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

enum Column : std::size_t {
  log_time,
  user_name,
  database_name,
  process_id,
  connection_from,
  session_id,
  session_line,
  command_tag,
  session_start,
  virtual_transaction,
  transaction,
  severity,
  sqlstate,
  message,
  detail,
  hint,
  internal_query,
  internal_position,
  context,
  query,
  query_position,
  location,
  application,
  least_columns
};

/// Reads record after record.
class Csv {
 public:
  Csv(std::string_view text, std::uint32_t first_line) : text_(text), line_(first_line) {}

  std::size_t offset() const { return at_; }

  /// False at the end of the text. `whole` is false when the text ends inside of a quoted field.
  bool next(std::vector<std::string>& fields, std::uint32_t& line, bool& whole) {
    fields.clear();
    if (at_ >= text_.size()) return false;
    line = line_;
    whole = true;
    for (;;) {
      fields.push_back(field(whole));
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      if (at_ < text_.size() && text_[at_] == '\r') ++at_;
      if (at_ >= text_.size()) return true;
      if (text_[at_] == '\n') {
        ++at_;
        ++line_;
      }
      return true;
    }
  }

 private:
  std::string field(bool& whole) {
    std::string out;
    if (at_ >= text_.size() || text_[at_] != '"') {
      while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') out += text_[at_++];
      return out;
    }
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        out += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        out += '"';
        ++at_;
      } else {
        ++at_;
        return out;
      }
    }
    whole = false;
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_;
};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  Cursor cursor(text);
  Line line;
  while (cursor.next(line)) lines.emplace_back(line.text);
  return lines;
}

std::string user_at(const std::vector<std::string>& fields) {
  if (fields[user_name].empty()) return {};
  const std::string& from = fields[connection_from];
  return fields[user_name] + "@" + from.substr(0, from.rfind(':'));
}

PostgresRecord record_of(const std::vector<std::string>& fields, std::uint32_t line, bool whole) {
  PostgresRecord record;
  record.line = line;
  record.time = fields[log_time];
  record.pid = fields[process_id];
  record.user = user_at(fields);
  record.sqlstate = fields[sqlstate];
  record.message = fields[message];
  record.detail = lines_of(fields[detail]);
  if (fields.size() > context) record.context = lines_of(fields[context]);
  if (fields.size() > query) record.statement = fields[query];
  record.cut = !whole && fields.size() == detail + 1;
  return record;
}

/// Another kind of log follows in the same file.
bool is_other_log(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  return !is_csv_line(line) && (is_innodb_line(line) || is_postgres_line(line));
}

}  // namespace

bool is_csv_line(std::string_view line) {
  if (time_at_front(line).empty()) return false;
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos || comma > 40) return false;
  // `time,"user","database",pid,`: a background process has no user and no database.
  std::string_view rest = line.substr(comma + 1);
  for (int field = 0; field < 2; ++field) {
    if (take(rest, "\"")) {
      const std::size_t close = rest.find('"');
      if (close == std::string_view::npos) return false;
      rest.remove_prefix(close + 1);
    }
    if (!take(rest, ",")) return false;
  }
  return !take_digits(rest).empty() && rest.starts_with(",");
}

std::size_t read_postgres_csv(const Source& source, PostgresStory& story) {
  Csv csv(source.text, source.numbers.empty() ? source.first_line : source.numbers.front());
  std::vector<std::string> fields;
  std::uint32_t line = 0;
  bool whole = true;
  for (std::size_t begin = 0; csv.next(fields, line, whole); begin = csv.offset()) {
    if (!whole && !source.ends) return begin;
    if (begin > 0 && fields.size() == 1 && is_other_log(source.text.substr(begin))) return begin;
    if (fields.size() <= detail) {
      // Cut off before its DETAIL: of a deadlock it is known that it was one.
      if (fields.size() <= sqlstate || fields[sqlstate] != "40P01") continue;
      fields.resize(detail + 1);
    }
    if (!whole && fields.size() > detail + 1) fields.back().clear();
    if (may_matter(fields[message], fields[detail], fields[sqlstate])) story.add(record_of(fields, line, whole));
  }
  return source.text.size();
}

}  // namespace gridlock::logs
