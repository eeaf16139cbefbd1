#include "workloads/yaml/places.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace gridlock::yaml {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// How many bytes UTF-8 takes for a code point.
std::size_t utf8_length(unsigned long code) { return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; }

/// Walks value and file side by side.
class Walk {
 public:
  Walk(std::string_view text, std::size_t at, std::string_view value) : text_(text), at_(at), value_(value) {}

  std::vector<std::size_t> offsets() {
    skip_properties();
    enter();
    while (offsets_.size() < value_.size()) step(value_[offsets_.size()]);
    offsets_.push_back(at_);
    return std::move(offsets_);
  }

 private:
  char here(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool more() const { return at_ < text_.size(); }

  /// An anchor or a tag stands before the scalar.
  void skip_properties() {
    while (here() == '&' || here() == '!') {
      while (more() && !is_space(here())) ++at_;
      while (more() && is_space(here())) ++at_;
    }
  }

  /// Past the opening quote, or the header line of a block.
  void enter() {
    style_ = here();
    if (style_ == '"' || style_ == '\'') ++at_;
    if (style_ != '|' && style_ != '>') return;
    while (more() && here() != '\n') ++at_;
    if (more()) ++at_;
  }

  void step(char wanted) {
    if (!is_space(wanted))
      while (more() && is_space(here())) ++at_;
    if (style_ == '"' && here() == '\\') return escape();
    offsets_.push_back(at_);
    if (style_ == '\'' && wanted == '\'' && here() == '\'' && here(1) == '\'') ++at_;
    if (here() == wanted) ++at_;  // a folded line end stays, and is skipped before the next word
  }

  /// One escape of a double-quoted scalar stands for one to four bytes, an escaped line end for none.
  void escape() {
    const std::size_t begin = at_;
    const char letter = here(1);
    at_ += 2;
    if (letter == '\n' || letter == '\r') {
      while (more() && is_space(here())) ++at_;
      return;
    }
    std::size_t bytes = 1;
    if (letter == 'x') bytes = hex(2);
    if (letter == 'u') bytes = hex(4);
    if (letter == 'U') bytes = hex(8);
    if (letter == 'N' || letter == '_') bytes = 2;
    if (letter == 'L' || letter == 'P') bytes = 3;
    offsets_.insert(offsets_.end(), std::min(bytes, value_.size() - offsets_.size()), begin);
  }

  std::size_t hex(std::size_t digits) {
    const std::string_view word = at_ < text_.size() ? text_.substr(at_, digits) : std::string_view();
    unsigned long code = 0;
    std::from_chars(word.data(), word.data() + word.size(), code, 16);
    at_ += digits;
    return utf8_length(code);
  }

  std::string_view text_;
  std::size_t at_;
  std::string_view value_;
  char style_ = '\0';
  std::vector<std::size_t> offsets_;
};

}  // namespace

Places::Places(std::string_view file_text, const Node& scalar, std::string file)
    : file_(std::move(file)),
      line_(scalar.line),
      column_(scalar.column),
      offsets_(Walk(file_text, scalar.offset, scalar.text).offsets()),
      lines_{scalar.offset} {
  const std::size_t end = std::min(offsets_.back(), file_text.size());
  for (std::size_t i = scalar.offset; i < end; ++i)
    if (file_text[i] == '\n') lines_.push_back(i + 1);
}

Where Places::at(std::size_t offset) const {
  const std::size_t place = offsets_[std::min(offset, offsets_.size() - 1)];
  const auto after = std::upper_bound(lines_.begin() + 1, lines_.end(), place);
  const auto line = static_cast<int>(after - lines_.begin()) - 1;
  const auto column = static_cast<int>(place - *(after - 1));
  return {file_, line_ + line, line == 0 ? column_ + column : column + 1};
}

}  // namespace gridlock::yaml
