#include "analyzer/logs/excerpt.h"

#include <algorithm>

#include "analyzer/logs/innodb_titles.h"
#include "analyzer/logs/innodb_trx.h"
#include "analyzer/logs/peel.h"
#include "analyzer/logs/postgres_formats.h"
#include "analyzer/logs/postgres_labels.h"
#include "analyzer/logs/text.h"
#include "analyzer/logs/unwrap.h"

namespace gridlock::logs {

bool is_postgres_record(std::string_view line) { return is_csv_line(line) || is_json_line(line); }

bool begins_record(std::string_view line) {
  if (line.empty() || is_blank(line.front()) || line.front() == '\r') return false;
  const auto labelled = read_label(line);
  return !labelled || labelled->label == Label::severity;
}

namespace {

/// Escaped line breaks before the parts of a report, or HTML's: the line stands for several.
bool is_escaped(std::string_view line) {
  return contains(line, "\\n*** (") || contains(line, "\\nDETAIL: ") || contains(line, "\\nProcess ") ||
         contains(line, "<br") || contains(line, "</br>") || contains(line, "</span>");
}

/// Whether the excerpt is a log as a server or a client writes it. What stands in it may be quoted text.
bool is_plain(std::string_view text) {
  if (contains(text, "TRANSACTION:TRANSACTION ")) return false;  // its line breaks were lost
  Cursor cursor(text);
  Line line;
  while (cursor.next(line)) {
    const std::string_view body = body_of(line.text);
    PrintedTrx trx;
    if (read_title(body) || read_trx_line(body, trx) || is_postgres_record(line.text)) return true;
    const auto labelled = read_label(line.text);
    if (labelled && labelled->label == Label::severity && says_deadlock(labelled->text) && !is_escaped(line.text))
      return true;
  }
  return false;
}

/// ` 0: len 4; ...`
bool begins_field(std::string_view words) { return is_digit(words.front()) && contains(words.substr(0, 8), ": "); }

/// Whether a server wrote the line as it stands: nearly every excerpt begins with such a one, and needs no closer look.
bool is_server_line(std::string_view line) {
  if (time_at_front(line).empty() || is_escaped(line) || peel(line)) return false;
  const auto labelled = read_label(line);
  return (labelled && labelled->label == Label::severity) || has_error_log_prefix(line);
}

/// Whether some collector's wrapping is around lines of the excerpt.
bool is_peelable(std::string_view text) {
  // A collector wraps every line of a source, so a few tell.
  constexpr int lines_tried = 32;
  Cursor cursor(text);
  Line line;
  for (int i = 0; i < lines_tried && cursor.next(line); ++i) {
    const std::string_view words = trim_left(line.text);
    if (words.empty() || words.front() == '*' || words.starts_with("RECORD") || begins_field(words)) continue;
    if (!is_postgres_record(line.text) && peel(line.text)) return true;
  }
  return false;
}

}  // namespace

ExcerptReader::ExcerptReader(Telling& telling)
    : flavours_{trace_flavour(telling), innodb_flavour(telling), postgres_flavour(telling)} {}

/// Whose line comes first.
Flavour* ExcerptReader::owner_of(std::string_view text) const {
  Cursor cursor(text);
  Line line;
  while (cursor.next(line))
    for (const auto& flavour : flavours_)
      if (flavour->is_own_line(line.text)) return flavour.get();
  return nullptr;
}

std::size_t ExcerptReader::read(const Source& source) {
  const std::string_view first = source.text.substr(0, source.text.find('\n'));
  if (is_trace_line(first) || (streams_.empty() && is_server_line(first))) return read_plain(source);
  if (streams_.empty() && (is_postgres_record(first) || !is_peelable(source.text))) {
    if (is_plain(source.text)) return read_plain(source);
    const auto inner = logs::unwrap(source.text);
    if (!inner) return read_plain(source);
    if (!source.ends) return 0;
    std::vector<std::uint32_t> numbers = inner->lines;
    for (std::uint32_t& number : numbers) number += source.first_line - 1;
    read_plain({inner->text, 1, numbers, true});
    return source.text.size();
  }
  unwrap(source);
  read_streams(source.ends);
  if (source.ends) streams_.clear();
  return source.text.size();
}

/// Sorts the lines of the excerpt into streams, each without its wrapping.
void ExcerptReader::unwrap(const Source& source) {
  Cursor cursor(source.text, source.first_line, source.numbers);
  Line line;
  while (cursor.next(line)) {
    auto peeled = peel(line.text);
    // A line without the wrapping goes on with the one before it.
    if (!peeled) peeled = Peeled{last_stream_, std::string(line.text), false};
    last_stream_ = peeled->stream;
    Stream& stream = streams_[peeled->stream];
    if (!stream.open) stream.numbers.push_back(line.number);
    for (const char c : peeled->text)
      if (c == '\n') stream.numbers.push_back(line.number);
    stream.text += peeled->text;
    stream.open = peeled->goes_on;
    if (!stream.open && (line.terminated || !source.ends)) stream.text += '\n';
  }
}

void ExcerptReader::read_streams(bool ends) {
  for (auto& [key, stream] : streams_) {
    Source inner{stream.text, 1, stream.numbers, ends};
    std::size_t read = 0;
    const auto again = is_plain(stream.text) ? std::nullopt : logs::unwrap(stream.text);
    if (again && ends) {
      std::vector<std::uint32_t> numbers;
      for (const std::uint32_t number : again->lines)
        numbers.push_back(
            stream.numbers.empty() ? 1 : stream.numbers[std::min<std::size_t>(number - 1, stream.numbers.size() - 1)]);
      read_plain({again->text, 1, numbers, true});
      continue;
    }
    read = read_plain(inner);
    const auto lines = std::count(stream.text.begin(), stream.text.begin() + static_cast<std::ptrdiff_t>(read), '\n');
    stream.text.erase(0, read);
    stream.numbers.erase(stream.numbers.begin(),
                         stream.numbers.begin() + std::min<std::ptrdiff_t>(lines, std::ssize(stream.numbers)));
  }
}

std::size_t ExcerptReader::read_plain(const Source& source) {
  std::size_t at = 0;
  Source rest = source;
  while (at < source.text.size()) {
    rest.text = source.text.substr(at);
    Flavour* owner = owner_of(rest.text);
    if (owner == nullptr) return source.text.size();
    const std::size_t read = owner->read(rest);
    if (read == 0) return source.ends ? source.text.size() : at;
    at += read;
    const auto lines = static_cast<std::uint32_t>(
        std::count(rest.text.begin(), rest.text.begin() + static_cast<std::ptrdiff_t>(read), '\n'));
    rest.first_line += lines;
    if (!rest.numbers.empty()) rest.numbers = rest.numbers.subspan(std::min<std::size_t>(lines, rest.numbers.size()));
    // What is unfinished waits for more; what is another flavour's is read next.
    if (!source.ends && at < source.text.size() && owner_of(source.text.substr(at)) == owner) return at;
  }
  return at;
}

bool ExcerptReader::notice(std::string_view line) {
  const auto own = [&](std::string_view one) {
    for (const auto& flavour : flavours_) {
      if (!flavour->is_own_line(one)) continue;
      flavour->notice(one);
      return true;
    }
    return false;
  };
  if (own(line)) return true;
  const auto peeled = peel(line);
  return peeled && own(std::string_view(peeled->text).substr(0, peeled->text.find('\n')));
}

bool ExcerptReader::recognised() const {
  return std::any_of(flavours_.begin(), flavours_.end(),
                     [](const auto& flavour) { return !flavour->format().empty(); });
}

void ExcerptReader::finish() {
  for (const auto& flavour : flavours_) flavour->finish();
}

std::string ExcerptReader::format() const {
  std::string all;
  for (const auto& flavour : flavours_) {
    const std::string format = flavour->format();
    if (!format.empty()) all += (all.empty() ? "" : " + ") + format;
  }
  return all;
}

}  // namespace gridlock::logs
