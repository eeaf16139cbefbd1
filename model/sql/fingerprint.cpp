// Statements without their values.
#include <algorithm>
#include <array>

#include "model/sql/lexer.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

/// One token of a fingerprint: what is written, and whether it was a value.
struct Mark {
  std::string text;
  bool value = false;  ///< a literal or parameter, written `?`
  bool keyword = false;
};

bool is_operator(const Mark& mark) {
  static constexpr std::array<std::string_view, 17> words = {"=", "<", ">", "<=", ">=", "<>", "!=", "<=>", "+",
                                                             "-", "*", "/", "%",  "(",  ",",  "||", ":="};
  return mark.keyword || std::find(words.begin(), words.end(), mark.text) != words.end();
}

/// `IS NULL`, `NOT NULL`, `SET NULL`, `DEFAULT NULL` are grammar; elsewhere NULL is a value.
bool null_is_value(const std::vector<Mark>& before) {
  if (before.empty()) return false;
  static constexpr std::array<std::string_view, 4> grammar = {"IS", "NOT", "SET", "DEFAULT"};
  return is_operator(before.back()) && std::find(grammar.begin(), grammar.end(), before.back().text) == grammar.end();
}

Mark word_mark(std::string_view word, const std::vector<Mark>& before) {
  const std::string upper = upper_case(word);
  if (upper == "NULL" && null_is_value(before)) return {"?", true, false};
  if ((upper == "TRUE" || upper == "FALSE") && !before.empty() && before.back().text != "IS") return {"?", true, false};
  const bool after_dot = !before.empty() && before.back().text == ".";
  if (after_dot || !is_keyword(upper)) return {std::string(word), false, false};
  return {upper, false, true};
}

std::vector<Mark> marks_of(std::string_view text, Dialect dialect) {
  std::vector<Mark> marks;
  for (const auto& token : lex(text, dialect).tokens) {
    const std::string_view raw = slice(text, token.span);
    switch (token.kind) {
      case Token::Kind::comment: break;
      case Token::Kind::word: marks.push_back(word_mark(raw, marks)); break;
      case Token::Kind::number:
      case Token::Kind::string:
      case Token::Kind::parameter: {
        // a sign before a number is a part of it, unless it stands between two operands
        const bool sign = !marks.empty() && (marks.back().text == "-" || marks.back().text == "+");
        if (sign && (marks.size() == 1 || is_operator(marks[marks.size() - 2]))) marks.pop_back();
        marks.push_back({"?", true, false});
        break;
      }
      default: marks.push_back({raw == "?" ? "?" : std::string(raw), raw == "?", false});
    }
  }
  while (!marks.empty() && marks.back().text == ";") marks.pop_back();
  return marks;
}

/// How many marks from `begin` are a list of values in parentheses; 0 when they are none.
std::size_t value_list(const std::vector<Mark>& marks, std::size_t begin) {
  if (begin >= marks.size() || marks[begin].text != "(") return 0;
  std::size_t i = begin + 1;
  while (i + 1 < marks.size() && marks[i].value && marks[i + 1].text == ",") i += 2;
  return i + 1 < marks.size() && marks[i].value && marks[i + 1].text == ")" ? i + 2 - begin : 0;
}

/// For each opening parenthesis, how many marks it and what it holds are; 0 elsewhere and where it is never closed.
std::vector<std::size_t> parenthesised_lengths(const std::vector<Mark>& marks) {
  std::vector<std::size_t> lengths(marks.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i].text == "(") open.push_back(i);
    if (marks[i].text != ")" || open.empty()) continue;
    lengths[open.back()] = i + 1 - open.back();
    open.pop_back();
  }
  return lengths;
}

/// Shortens lists of values, and rows that repeat.
class Folder {
 public:
  explicit Folder(const std::vector<Mark>& marks) : marks_(marks), lengths_(parenthesised_lengths(marks)) {}

  std::vector<Mark> run() {
    while (at_ < marks_.size()) {
      if (behind("IN") && value_list(marks_, at_) > 0)
        fold_list(value_list(marks_, at_));
      else if (lengths_[at_] > 0 && begins_rows())
        fold_rows(lengths_[at_]);
      else
        folded_.push_back(marks_[at_++]);
    }
    return std::move(folded_);
  }

 private:
  bool behind(std::string_view word) const { return at_ > 0 && marks_[at_ - 1].text == word; }

  /// The first row of VALUES (...), (...) or of IN ((...), (...)).
  bool begins_rows() const {
    return behind("VALUES") || behind("VALUE") || (behind("(") && at_ > 1 && marks_[at_ - 2].text == "IN");
  }

  void add(std::initializer_list<const char*> texts) {
    for (const char* text : texts) folded_.push_back({text, std::string_view(text) == "?", false});
  }

  /// (?, ?, ?) becomes (?, ...)
  void fold_list(std::size_t length) {
    add({"(", "?", ",", "...", ")"});
    at_ += length;
  }

  /// (?, ?), (?, ?), (?, ?) becomes (?, ...), ...
  void fold_rows(std::size_t length) {
    constexpr std::size_t of_one_value = 3;  // marks: parentheses and the value
    const std::size_t first = at_;
    if (value_list(marks_, at_) > of_one_value)
      fold_list(length);
    else
      for (; at_ < first + length; ++at_) folded_.push_back(marks_[at_]);
    const std::size_t behind_first = at_;
    while (at_ < marks_.size() && marks_[at_].text == "," && same_row(first, at_ + 1, length)) at_ += 1 + length;
    if (at_ > behind_first) add({",", "..."});
  }

  bool same_row(std::size_t a, std::size_t b, std::size_t length) const {
    for (std::size_t i = 0; i < length; ++i)
      if (b + i >= marks_.size() || marks_[a + i].text != marks_[b + i].text) return false;
    return true;
  }

  const std::vector<Mark>& marks_;
  const std::vector<std::size_t> lengths_;
  std::size_t at_ = 0;
  std::vector<Mark> folded_;
};

bool space_between(const Mark& left, const Mark& right) {
  if (left.text == "(" || left.text == "." || left.text == "::") return false;
  if (right.text == "." || right.text == "," || right.text == ")" || right.text == "::" || right.text == ";")
    return false;
  if (right.text == "(") return left.keyword || is_operator(left);
  return true;
}

}  // namespace

std::string fingerprint(std::string_view text, Dialect dialect) {
  const auto all = marks_of(text, dialect);
  const auto marks = Folder(all).run();
  std::string result;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (i > 0 && space_between(marks[i - 1], marks[i])) result += ' ';
    result += marks[i].text;
  }
  return result;
}

}  // namespace gridlock::sql
