#pragma once
/// Text for a terminal: it knows what its parts mean (for colour) and how many columns they take.
///
/// Everything that came from outside (statements, names, log lines) passes `clean` first, so no control character of
/// somebody's log reaches the terminal.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gridlock::report {

/// What a piece of text means; colour follows from it.
enum class Ink : unsigned char { plain, strong, title, good, bad, waiting, dim };

/// Columns that UTF-8 text takes on a terminal: combining marks none, East Asian wide characters and emoji two.
std::size_t columns(std::string_view utf8);

/// One line of valid UTF-8: white space squeezed to single blanks, control and direction-changing characters spelled
/// out
/// (`\x1b`), broken bytes replaced by U+FFFD.
std::string clean(std::string_view raw);

/// A line, or a paragraph before it is wrapped.
class Text {
 public:
  struct Span {
    Ink ink;
    std::string text;
  };

  Text() = default;
  Text(std::string_view plain) { add(Ink::plain, plain); }
  Text(const char* plain) { add(Ink::plain, plain); }
  Text(const std::string& plain) { add(Ink::plain, plain); }
  Text(Ink ink, std::string_view text) { add(ink, text); }

  Text& add(Ink ink, std::string_view text);
  Text& add(const Text& other);

  bool empty() const { return spans_.empty(); }
  std::size_t width() const;
  /// The same with blanks at the end, up to `to` columns.
  Text padded(std::size_t to) const;
  /// Broken at blanks into lines of at most `to` columns (a longer word is cut). Always at least one line.
  std::vector<Text> wrapped(std::size_t to) const;
  /// With ANSI colours, or plain. Blanks at the end are left out.
  std::string str(bool colour) const;

 private:
  std::vector<Span> spans_;
};

/// Lines in the making, `width` columns wide.
class Page {
 public:
  explicit Page(std::size_t width) : width_(width) {}

  std::size_t width() const { return width_; }
  /// A line as it is, however long.
  void line(const Text& text);
  /// An empty line, unless one has just been written or nothing has.
  void blank();
  /// A paragraph: `first` before the first line, as many blanks as it is wide before the others.
  void paragraph(const Text& first, const Text& text);
  std::string str(bool colour) const;

 private:
  std::size_t width_;
  std::vector<Text> lines_;
};

}  // namespace gridlock::report
