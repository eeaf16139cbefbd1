#include "analyzer/log_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/logs/excerpt.h"
#include "analyzer/logs/needles.h"
#include "analyzer/logs/telling.h"
#include "analyzer/logs/text.h"
#include "analyzer/logs/unwrap.h"

namespace gridlock {
namespace {

using logs::Hit;
using logs::Source;
using logs::Topic;

constexpr std::size_t block = std::size_t{256} << 10;  ///< read at once: it stays in the processor's second cache
constexpr std::size_t longest_excerpt = std::size_t{2}
                                        << 20;  ///< of one record, or of a line; beyond, it is read in pieces
constexpr std::size_t context = 1024;           ///< bytes before a hit that may belong to it, whole lines of them
constexpr std::size_t longest_margin = std::size_t{64} << 10;  ///< of a line before its first needle
constexpr std::size_t margin = logs::needle_margin;

/// How far behind a needle its record may go on before the next one: InnoDB's statements have up to 3071 bytes.
std::size_t reach(Topic topic) { return topic == Topic::innodb ? 4096 : 1024; }

}  // namespace

/// The buffer holds what was taken but not yet dealt with: [kept context | an open excerpt | bytes not yet searched].
class LogReader::Impl {
 public:
  Impl(std::string file, DeadlockSink& sink) : telling_(std::move(file), sink), reader_(telling_) {
    buffer_.resize(2 * margin + 2 * block);
  }

  std::span<char> room() {
    const std::size_t free = buffer_.size() - margin - end_;
    if (free < block / 2) make_room();
    return {buffer_.data() + end_, buffer_.size() - margin - end_};
  }

  void took(std::size_t bytes) {
    telling_.ledger.bytes += bytes;
    end_ += bytes;
    if (!recognised_) recognise();
    if (whole_) return;
    search(false);
    drop();
  }

  void pause() {
    if (whole_) return;
    std::memset(buffer_.data() + end_, 0, margin);
    if (open_) extend(true);
    drop();
  }

  ReadLog finish() {
    std::memset(buffer_.data() + end_, 0, margin);
    if (whole_) {
      reader_.read({text(begin_, end_), 1, {}, true});
      searched_ = begin_;
      lines_ += logs::count_newlines(buffer_.data() + begin_, buffer_.data() + end_);
      searched_ = end_;
    } else {
      search(true);
    }
    reader_.finish();
    ReadLog log;
    Ledger& ledger = telling_.ledger;
    ledger.lines = lines_ + (end_ > begin_ && buffer_[end_ - 1] != '\n' ? 1 : 0);
    ledger.format = reader_.format();
    log.ledger = std::move(ledger);
    log.lock_waits = telling_.waits();
    return log;
  }

 private:
  std::string_view text(std::size_t from, std::size_t to) const { return {buffer_.data() + from, to - from}; }

  void make_room() { buffer_.resize(buffer_.size() + std::max(block, buffer_.size() / 2)); }

  /// Which kind of log it is, also where no line of it is about locks: told from the first lines of each block.
  void recognise() {
    logs::Cursor cursor(text(searched_, end_));
    logs::Line line;
    constexpr int lines_tried = 200;
    for (int i = 0; i < lines_tried && cursor.next(line); ++i) {
      const std::string_view head = line.text.substr(0, 2048);
      if (telling_.ledger.bytes == end_ - begin_ && logs::is_trace_line(logs::trim_left(head))) whole_ = true;
      if (whole_) return;
      if (!reader_.notice(head)) continue;
      recognised_ = true;
      return;
    }
  }

  /// Searches what was taken and reads each excerpt that is complete.
  void search(bool last) {
    for (;;) {
      if (!open_ && !find(last)) return;
      if (!extend(last)) return;
    }
  }

  /// The next hit opens an excerpt. False when there is none so far.
  bool find(bool last) {
    const std::size_t limit = last ? end_ : end_ - std::min(end_ - begin_, margin);
    if (searched_ >= limit) return false;
    const Hit hit = logs::find_needle(buffer_.data() + searched_, buffer_.data() + limit);
    lines_ += hit.newlines;
    searched_ = static_cast<std::size_t>(hit.stop - buffer_.data());
    if (hit.at == nullptr) return false;
    open_ = true;
    last_hit_ = searched_;
    reach_ = reach(hit.topic);
    excerpt_ = back_up(last_hit_);
    excerpt_line_ = lines_ - logs::count_newlines(buffer_.data() + excerpt_, buffer_.data() + last_hit_) + 1;
    tried_ = 0;
    return true;
  }

  /// The beginning of the line of the hit and of up to four lines before; a record of PostgreSQL's structured logs
  /// begins with its line.
  std::size_t back_up(std::size_t hit) const {
    std::size_t line = start_of_line(hit, longest_margin);
    if (logs::is_postgres_record(text(line, hit))) return line;
    for (int lines = 0; lines < 4 && line > std::max(begin_, read_up_to_) && hit - line < context; ++lines) {
      const std::size_t before = start_of_line(line - 1, context);
      if (buffer_[line - 1] != '\n' || hit - before > 2 * context) break;
      line = before;
    }
    return line;
  }

  std::size_t start_of_line(std::size_t at, std::size_t farthest) const {
    const std::size_t first = std::max({begin_, read_up_to_, at - std::min(at, farthest)});
    while (at > first && buffer_[at - 1] != '\n') --at;
    return at;
  }

  /// Follows the open excerpt to its end and reads it. False when more bytes are needed.
  bool extend(bool last) {
    for (;;) {
      const std::size_t limit = std::min(last ? end_ : end_ - std::min(end_ - begin_, margin), last_hit_ + reach_);
      // Every hit but the last is as good as the one before: they need not be found one by one.
      constexpr std::size_t step = 256;
      const std::size_t from = std::min(std::max(searched_, last_hit_ + step), limit);
      lines_ += logs::count_newlines(buffer_.data() + searched_, buffer_.data() + from);
      const Hit hit = logs::find_needle(buffer_.data() + from, buffer_.data() + limit);
      lines_ += hit.newlines;
      searched_ = std::max(from, static_cast<std::size_t>(hit.stop - buffer_.data()));
      if (hit.at != nullptr) {
        last_hit_ = searched_;
        reach_ = reach(hit.topic);
        if (last_hit_ - excerpt_ > block && last_hit_ - excerpt_ > 2 * tried_ && read_part(last_hit_)) continue;
        if (last_hit_ - excerpt_ > longest_excerpt) return read_whole(last_hit_), true;
        continue;
      }
      if (limit < last_hit_ + reach_ && !last) return end_ - excerpt_ > longest_excerpt && (read_whole(limit), true);
      const auto boundary = end_of_record(std::min(last_hit_ + reach_, end_), last);
      if (boundary) return read_whole(*boundary), true;
      if (end_ - excerpt_ > longest_excerpt) return read_whole(end_), true;
      return false;
    }
  }

  /// The beginning of the first line from `at` on that begins something else; nothing while it cannot be seen.
  std::optional<std::size_t> end_of_record(std::size_t at, bool last) {
    const bool csv =
        logs::is_postgres_record(text(excerpt_, std::min(excerpt_ + 4096, end_))) && buffer_[excerpt_] != '{';
    for (at = std::max(at, boundary_tried_);;) {
      if (at >= end_) return last ? std::optional(end_) : std::nullopt;
      const void* found = std::memchr(buffer_.data() + at, '\n', end_ - at);
      if (found == nullptr) return last ? std::optional(end_) : std::nullopt;
      const std::size_t line = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) + 1;
      const std::size_t longest_head = 512;
      if (end_ - line < longest_head && !last) return std::nullopt;
      std::string_view head = text(line, std::min(end_, line + longest_head));
      head = head.substr(0, head.find('\n'));
      if (csv ? logs::is_postgres_record(head) : logs::begins_record(head)) return line;
      at = line;
      boundary_tried_ = at;
    }
  }

  /// Reads the excerpt up to the last line break before `to`, keeping what is unfinished. True when that was something.
  bool read_part(std::size_t to) {
    const std::size_t line = start_of_line(to, to - excerpt_);
    tried_ = last_hit_ - excerpt_;
    if (line <= excerpt_) return false;
    const std::size_t done = deliver(excerpt_, line, false);
    if (done == 0) return false;
    excerpt_line_ += logs::count_newlines(buffer_.data() + excerpt_, buffer_.data() + excerpt_ + done);
    excerpt_ += done;
    read_up_to_ = excerpt_;
    tried_ = 0;
    drop();
    return true;
  }

  void read_whole(std::size_t to) {
    deliver(excerpt_, to, true);
    if (to > searched_) {
      lines_ += logs::count_newlines(buffer_.data() + searched_, buffer_.data() + to);
      searched_ = to;
    }
    read_up_to_ = to;
    boundary_tried_ = 0;
    open_ = false;
  }

  std::size_t deliver(std::size_t from, std::size_t to, bool ends) {
    Source source;
    source.text = text(from, to);
    source.first_line = static_cast<std::uint32_t>(excerpt_line_);
    source.ends = ends;
    return reader_.read(source);
  }

  /// Forgets what is not needed any longer.
  void drop() {
    std::size_t keep = open_ ? excerpt_ : std::max(read_up_to_, start_of_line(searched_, longest_margin));
    if (!open_) keep = std::max(read_up_to_, std::min(keep, searched_ - std::min(searched_, 2 * context)));
    keep = std::max(keep, begin_);
    if (keep - begin_ < block && end_ + block / 2 < buffer_.size()) return;
    const std::size_t shift = keep - margin;
    std::memmove(buffer_.data() + margin, buffer_.data() + keep, end_ - keep);
    for (std::size_t* at : {&end_, &searched_, &excerpt_, &last_hit_, &read_up_to_, &boundary_tried_})
      *at = *at > shift + margin ? *at - shift : margin;
    begin_ = margin;
  }

  logs::Telling telling_;
  logs::ExcerptReader reader_;
  std::vector<char> buffer_;
  std::size_t begin_ = margin, end_ = margin;  ///< of what is in the buffer
  std::size_t searched_ = margin;              ///< up to here; line breaks before it are in `lines_`
  std::size_t read_up_to_ = margin;            ///< excerpts before it were read: none begins before
  std::uint64_t lines_ = 0;
  bool open_ = false;  ///< an excerpt was begun and is not yet complete
  std::size_t excerpt_ = margin, last_hit_ = margin, reach_ = 0;
  std::size_t tried_ = 0;           ///< size of the excerpt when it was last tried in part
  std::size_t boundary_tried_ = 0;  ///< no record begins before it
  std::uint64_t excerpt_line_ = 1;
  bool recognised_ = false;
  bool whole_ = false;  ///< a trace: read when it is there as a whole
};

LogReader::LogReader(std::string file, DeadlockSink& sink) : impl_(std::make_unique<Impl>(std::move(file), sink)) {}
LogReader::~LogReader() = default;
std::span<char> LogReader::room() { return impl_->room(); }
void LogReader::took(std::size_t bytes) { impl_->took(bytes); }
void LogReader::pause() { impl_->pause(); }
ReadLog LogReader::finish() { return impl_->finish(); }

}  // namespace gridlock
