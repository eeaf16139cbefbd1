// src/backend/utils/error/jsonlog.c: an object per line.
#include <string>
#include <vector>

#include "analyzer/logs/postgres_formats.h"
#include "analyzer/logs/postgres_record.h"
#include "analyzer/logs/text.h"
#include "model/json.h"

namespace gridlock::logs {
namespace {

std::string text_at(const Json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end()) return {};
  return at->is_string() ? at->get<std::string>() : at->is_number() ? at->dump() : std::string();
}

std::vector<std::string> lines_at(const Json& object, const char* key) {
  const std::string text = text_at(object, key);
  std::vector<std::string> lines;
  Cursor cursor(text);
  Line line;
  while (cursor.next(line)) lines.emplace_back(line.text);
  return lines;
}

PostgresRecord record_of(const Json& object, std::uint32_t line) {
  PostgresRecord record;
  record.line = line;
  record.time = text_at(object, "timestamp");
  record.pid = text_at(object, "pid");
  record.sqlstate = text_at(object, "state_code");
  record.message = text_at(object, "message");
  record.detail = lines_at(object, "detail");
  record.context = lines_at(object, "context");
  record.statement = text_at(object, "statement");
  const std::string user = text_at(object, "user"), host = text_at(object, "remote_host");
  if (!user.empty()) record.user = user + "@" + host;
  return record;
}

}  // namespace

bool is_json_line(std::string_view line) {
  return line.starts_with("{\"timestamp\":") && contains(line, "\"error_severity\":");
}

std::size_t read_postgres_json(const Source& source, PostgresStory& story) {
  Cursor cursor(source.text, source.first_line, source.numbers);
  Line line;
  while (cursor.next(line)) {
    if (!line.terminated && !source.ends) return line.offset;
    if (line.offset > 0 && !line.text.starts_with('{') && (is_innodb_line(line.text) || is_postgres_line(line.text)))
      return line.offset;
    // Only lines that speak of locks are worth parsing.
    const bool locks = contains(line.text, "Lock") || contains(line.text, "40P01") ||
                       contains(line.text, "lock timeout") || contains(line.text, "\"40001\"");
    if (!locks) continue;
    const Json object = Json::parse(line.text, nullptr, false);
    if (object.is_object()) {
      story.add(record_of(object, line.number));
    } else if (contains(line.text, "40P01")) {
      // Cut off: of a deadlock it is known that it was one, and whose.
      PostgresRecord record;
      record.line = line.number;
      record.sqlstate = "40P01";
      record.pid = between(line.text, "\"pid\":", ",");
      record.message = line.text;
      story.add(record);
    }
  }
  return source.text.size();
}

}  // namespace gridlock::logs
