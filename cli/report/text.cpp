#include "cli/report/text.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/report/utf8.h"

namespace gridlock::report {
namespace {

/// SGR parameters by meaning. The eight basic colours only: they follow the terminal's own light or dark theme.
std::string_view sgr(Ink ink) {
  switch (ink) {
    case Ink::plain: return "";
    case Ink::strong: return "1";
    case Ink::title: return "1;36";
    case Ink::good: return "32";
    case Ink::bad: return "1;31";
    case Ink::waiting: return "33";
    case Ink::dim: return "2";
  }
  return "";
}

/// Breaks a text at blanks: words (which may change their ink in the middle) are put into lines.
class Wrapper {
 public:
  explicit Wrapper(std::size_t to) : to_(std::max<std::size_t>(to, 1)) {}

  void add(Ink ink, std::string_view text) {
    while (!text.empty()) {
      const Utf8Char c = next_char(text);
      if (c.code == ' ') {
        end_word();
        blank_ = ink;
      } else {
        add_to_word(ink, text.substr(0, c.bytes), columns(c.code));
      }
      text.remove_prefix(c.bytes);
    }
  }

  std::vector<Text> lines() {
    end_word();
    if (lines_.empty() || !line_.empty()) lines_.push_back(std::exchange(line_, {}));
    return std::move(lines_);
  }

 private:
  void add_to_word(Ink ink, std::string_view bytes, std::size_t width) {
    if (word_width_ + width > to_) end_word();
    word_.add(ink, bytes);
    word_width_ += width;
  }

  void end_word() {
    if (word_.empty()) return;
    const bool fits = line_.empty() || line_width_ + 1 + word_width_ <= to_;
    if (!fits) {
      lines_.push_back(std::exchange(line_, {}));
      line_width_ = 0;
    }
    if (!line_.empty()) {
      line_.add(blank_, " ");
      ++line_width_;
    }
    line_.add(word_);
    line_width_ += word_width_;
    word_ = {};
    word_width_ = 0;
  }

  std::size_t to_;
  std::vector<Text> lines_;
  Text line_, word_;
  std::size_t line_width_ = 0, word_width_ = 0;
  Ink blank_ = Ink::plain;
};

}  // namespace

Text& Text::add(Ink ink, std::string_view text) {
  if (text.empty()) return *this;
  if (!spans_.empty() && spans_.back().ink == ink) {
    spans_.back().text += text;
  } else {
    spans_.push_back({ink, std::string(text)});
  }
  return *this;
}

Text& Text::add(const Text& other) {
  for (const Span& span : other.spans_) add(span.ink, span.text);
  return *this;
}

std::size_t Text::width() const {
  std::size_t sum = 0;
  for (const Span& span : spans_) sum += columns(std::string_view(span.text));
  return sum;
}

Text Text::padded(std::size_t to) const {
  Text out = *this;
  if (const std::size_t now = width(); now < to) out.add(std::string(to - now, ' '));
  return out;
}

std::vector<Text> Text::wrapped(std::size_t to) const {
  Wrapper wrapper(to);
  for (const Span& span : spans_) wrapper.add(span.ink, span.text);
  return wrapper.lines();
}

std::string Text::str(bool colour) const {
  std::size_t end = spans_.size();
  std::string last;
  for (; end > 0; --end) {
    last = spans_[end - 1].text;
    last.erase(last.find_last_not_of(' ') + 1);
    if (!last.empty()) break;
  }
  std::string out;
  for (std::size_t i = 0; i < end; ++i) {
    const std::string& text = i + 1 == end ? last : spans_[i].text;
    const std::string_view code = colour ? sgr(spans_[i].ink) : "";
    if (code.empty()) {
      out += text;
    } else {
      out.append("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
    }
  }
  return out;
}

void Page::line(const Text& text) { lines_.push_back(text); }

void Page::blank() {
  if (!lines_.empty() && !lines_.back().empty()) lines_.emplace_back();
}

void Page::paragraph(const Text& first, const Text& text) {
  const std::size_t indent = first.width();
  // However narrow the terminal, a word or two must fit beside the indent.
  const std::size_t room = std::max<std::size_t>(width_ > indent ? width_ - indent : 0, 16);
  bool begun = false;
  for (const Text& line : text.wrapped(room)) {
    Text whole = begun ? Text(std::string(indent, ' ')) : first;
    whole.add(line);
    lines_.push_back(std::move(whole));
    begun = true;
  }
}

std::string Page::str(bool colour) const {
  std::string out;
  for (const Text& line : lines_) out.append(line.str(colour)).append("\n");
  return out;
}

}  // namespace gridlock::report
