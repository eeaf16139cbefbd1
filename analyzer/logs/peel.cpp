#include "analyzer/logs/peel.h"

#include <algorithm>
#include <array>

#include "analyzer/logs/innodb_lock.h"
#include "analyzer/logs/innodb_titles.h"
#include "analyzer/logs/innodb_trx.h"
#include "analyzer/logs/text.h"
#include "model/json.h"

namespace gridlock::logs {
namespace {

// ------------------------------------------------------------------------------------------------------------- JSON

/// Where collectors put the line: Docker, CloudWatch and Kafka's, journald, MySQL's own JSON sink, Google Cloud.
constexpr std::array text_keys{"log",      "message", "MESSAGE", "msg",   "textPayload",
                               "@message", "line",    "Status",  "status"};
constexpr std::array stream_keys{"container_id", "container_name", "pod", "_PID", "logStreamName", "source"};

bool speaks_of_locks(const std::string& text) {
  return contains(text, "DEADLOCK") || contains(text, "*** (") || contains(text, "deadlock detected") ||
         contains(text, "RECORD LOCKS") || contains(text, "waits for ");
}

/// The string that is the log's line; under an unknown key, one that speaks of locks.
const std::string* line_in(const Json& json, int depth) {
  constexpr int deepest = 4;
  if (!json.is_object() || depth > deepest) return nullptr;
  for (const char* key : text_keys)
    if (const auto at = json.find(key); at != json.end() && at->is_string()) return at->get_ptr<const std::string*>();
  for (const auto& [key, value] : json.items()) {
    if (value.is_string() && speaks_of_locks(value.get_ref<const std::string&>()))
      return value.get_ptr<const std::string*>();
    if (value.is_object())
      if (const std::string* found = line_in(value, depth + 1)) return found;
  }
  return nullptr;
}

std::string stream_in(const Json& json) {
  for (const char* key : stream_keys)
    if (const auto at = json.find(key); at != json.end() && (at->is_string() || at->is_number())) return at->dump();
  return {};
}

std::optional<Peeled> peel_object(const Json& json) {
  const std::string* text = line_in(json, 0);
  if (text == nullptr) return std::nullopt;
  Peeled peeled{stream_in(json), *text, false};
  if (json.contains("log") && json.contains("stream")) {
    // Docker keeps the line break, and splits lines at 16 KiB: a piece has none.
    peeled.goes_on = !peeled.text.ends_with('\n');
  }
  if (peeled.text.ends_with('\n')) peeled.text.pop_back();
  return peeled;
}

std::optional<Peeled> peel_json(std::string_view line) {
  if (!line.starts_with('{') || contains(line, "\"error_severity\"") || contains(line.substr(0, 200), "\"gridlock-"))
    return std::nullopt;
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto events = json.find("events");  // CloudWatch: aws logs get-log-events
  if (events == json.end() || !events->is_array()) return peel_object(json);
  Peeled all;
  for (const Json& event : *events)
    if (const auto one = peel_object(event)) all.text += (all.text.empty() ? "" : "\n") + one->text;
  return all.text.empty() ? std::nullopt : std::optional(std::move(all));
}

/// `"message": "...",` alone in its line: JSON laid out for people.
std::optional<Peeled> peel_member(std::string_view line) {
  line = trim(line);
  if (!line.starts_with('"')) return std::nullopt;
  if (line.ends_with(',')) line.remove_suffix(1);
  const bool known = std::any_of(text_keys.begin(), text_keys.end(), [&](std::string_view key) {
    return line.substr(1).starts_with(key) && line.substr(1 + key.size()).starts_with('"');
  });
  if (!known) return std::nullopt;
  const Json json = Json::parse("{" + std::string(line) + "}", nullptr, false);
  return json.is_object() ? peel_object(json) : std::nullopt;
}

// ---------------------------------------------------------------------------------------------------- line by line

/// `2026-11-22T03:48:45.939765Z stderr F text`; P for a piece of a line.
std::optional<Peeled> peel_cri(std::string_view line) {
  const std::string_view time = time_at_front(line);
  if (time.empty()) return std::nullopt;
  std::string_view rest = line.substr(time.size());
  if (!take(rest, " stdout ") && !take(rest, " stderr ")) return std::nullopt;
  const bool piece = rest.starts_with("P ");
  if (!piece && !rest.starts_with("F ") && rest != "F") return std::nullopt;
  return Peeled{{}, std::string(rest.substr(std::min<std::size_t>(2, rest.size()))), piece};
}

bool is_month(std::string_view word) {
  static constexpr std::string_view months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
  return word.size() == 3 && contains(months, word);
}

/// `Nov 22 03:48:45 `, or an ISO time.
std::string_view syslog_time(std::string_view line) {
  constexpr std::size_t length = 15;  // `Nov 22 03:48:45`
  if (line.size() > length && is_month(line.substr(0, 3)) && line[6] == ' ' && line[9] == ':' && line[12] == ':')
    return line.substr(0, length);
  return contains(line.substr(0, 11), "T") ? time_at_front(line) : std::string_view();
}

/// `mysqld[123]: `; nothing for a program whose lines are no database's.
struct Program {
  std::string_view name, pid;
};

std::optional<Program> take_program(std::string_view& rest) {
  const std::size_t end = rest.substr(0, 80).find(": ");
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view word = rest.substr(0, end);
  Program program;
  if (word.ends_with(']')) {
    const std::size_t open = word.find('[');
    if (open == std::string_view::npos) return std::nullopt;
    program.pid = word.substr(open + 1, word.size() - open - 2);
    word = word.substr(0, open);
  }
  program.name = word;
  if (!contains(word, "mysql") && !contains(word, "maria") && !contains(word, "postgres")) return std::nullopt;
  if (contains(word, " ") || word.ends_with("postgres.")) return std::nullopt;
  rest.remove_prefix(end + 2);
  return program;
}

/// `[5-2] ` of PostgreSQL, and rsyslog's `#011` for a TAB.
std::string untabbed(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (take(text, "#011")) {
      out += '\t';
      continue;
    }
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

std::optional<Peeled> peel_syslog(std::string_view line) {
  const std::string_view time = syslog_time(line);
  if (time.empty() || !line.substr(time.size()).starts_with(' ')) return std::nullopt;
  std::string_view rest = line.substr(time.size() + 1);
  take_word(rest);  // the host
  const auto program = take_program(rest);
  if (!program) return std::nullopt;
  Peeled peeled;
  peeled.stream = std::string(program->name) + std::string(program->pid);
  const bool postgres = contains(program->name, "postgres");
  if (postgres && rest.starts_with('[')) {
    std::string_view number = rest.substr(1);
    const bool numbered =
        !take_digits(number).empty() && take(number, "-") && !take_digits(number).empty() && take(number, "] ");
    if (numbered) rest = number;
  }
  peeled.text = untabbed(rest);
  // Where log_line_prefix is empty, syslog's own time and process are all there is.
  const bool head = postgres && !peeled.text.starts_with('\t') && time_at_front(peeled.text).empty() &&
                    !contains(rest.substr(0, 60), "[" + std::string(program->pid) + "]");
  if (head) peeled.text = std::string(time) + " [" + std::string(program->pid) + "] " + peeled.text;
  return peeled;
}

/// A time in front of lines that never carry one: `docker logs -t`, GitHub Actions.
std::optional<Peeled> peel_time(std::string_view line) {
  const std::string_view time = time_at_front(line);
  if (time.empty() || !time.ends_with('Z')) return std::nullopt;
  std::string_view rest = line.substr(time.size());
  if (!take(rest, " ")) return std::nullopt;
  PrintedTrx trx;
  const bool inner = begins_lock(rest) || read_title(trim(rest)) || read_trx_line(rest, trx) ||
                     rest.starts_with('\t') || rest.starts_with("Record lock, heap no ") ||
                     !time_at_front(rest).empty() || contains(rest, "; asc ") ||
                     rest.starts_with("LATEST DETECTED DEADLOCK");
  if (!inner) return std::nullopt;
  return Peeled{{}, std::string(rest), false};
}

}  // namespace

std::optional<Peeled> peel(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (auto peeled = peel_json(trim_left(line))) return peeled;
  if (auto peeled = peel_member(line)) return peeled;
  if (auto peeled = peel_cri(line)) return peeled;
  if (auto peeled = peel_syslog(line)) return peeled;
  return peel_time(line);
}

}  // namespace gridlock::logs
