#pragma once
/// Lines and words of a log's text. Nothing here copies: every piece is a view into the text that was given.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gridlock::logs {

/// One physical line, without its line break (`\n` or `\r\n`).
struct Line {
  std::string_view text;
  std::uint32_t number = 0;  ///< from 1, in the file
  std::size_t offset = 0;    ///< of `text` in the whole text
  bool terminated = true;    ///< false: the text ends here without a line break, so the line may have been cut
};

/// Reads a text line by line. A copy is a bookmark: it is cheap, and reading on in it leaves the original where it was.
class Cursor {
 public:
  explicit Cursor(std::string_view text, std::uint32_t first_line = 1, std::span<const std::uint32_t> numbers = {})
      : text_(text), numbers_(numbers), first_line_(first_line) {}

  /// The next line, false at the end of the text.
  bool next(Line& line);

  /// Steps over so many bytes, which are so many whole lines.
  void skip(std::size_t bytes, std::uint32_t lines) {
    at_ += bytes;
    line_ += lines;
  }

  std::size_t offset() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  std::span<const std::uint32_t> numbers_;  ///< line numbers of the file, where the text was unwrapped from it
  std::uint32_t first_line_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 0;
};

std::uint64_t count_lines(std::string_view text);

bool is_blank(char c);
bool is_digit(char c);
bool is_word(char c);  ///< letters, digits, underscore

std::string_view trim_left(std::string_view text);
std::string_view trim_right(std::string_view text);
std::string_view trim(std::string_view text);

/// Takes `word` from the front of `text`; false (and nothing taken) when it does not stand there.
bool take(std::string_view& text, std::string_view word);

/// Takes digits from the front; empty when there are none.
std::string_view take_digits(std::string_view& text);

/// Takes everything up to the next blank, which is dropped too.
std::string_view take_word(std::string_view& text);

/// The text between `before` and `after`, empty when either is missing.
std::string_view between(std::string_view text, std::string_view before, std::string_view after);

bool contains(std::string_view text, std::string_view part);

/// A number that fits; anything else is 0.
std::uint64_t to_number(std::string_view digits);

/// A line's first characters, for a problem's message: without control characters, cut at 80 bytes.
std::string excerpt(std::string_view line);

/// `2026-11-22 03:48:47`, `2026-11-22T03:48:45.939765Z`, `150817  9:03:11` from the front of a line; empty if none is
/// there.
std::string_view time_at_front(std::string_view line);

}  // namespace gridlock::logs
