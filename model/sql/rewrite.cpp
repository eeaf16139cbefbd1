// What can be told and changed token by token: parameters, binding, fingerprints.
#include <algorithm>
#include <array>

#include "model/sql/lexer.h"
#include "model/sql/literals.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

/// A value as plain SQL text; dates are written as strings, as people do.
std::string bound(const Value& value, Dialect dialect) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? quote_string(*text, dialect) : to_sql(value);
}

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

bool same_row(const std::vector<Mark>& marks, std::size_t a, std::size_t b, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i)
    if (b + i >= marks.size() || marks[a + i].text != marks[b + i].text) return false;
  return true;
}

void append_list(std::vector<Mark>& folded, bool always) {
  folded.push_back({"(", false, false});
  folded.push_back({"?", true, false});
  if (always) {
    folded.push_back({",", false, false});
    folded.push_back({"...", false, false});
  }
  folded.push_back({")", false, false});
}

/// IN (?, ?, ?) becomes IN (?, ...); rows that repeat become one and `, ...`.
std::vector<Mark> fold(const std::vector<Mark>& marks) {
  std::vector<Mark> folded;
  const auto lengths = parenthesised_lengths(marks);
  for (std::size_t i = 0; i < marks.size();) {
    const std::string_view before = i == 0 ? std::string_view() : std::string_view(marks[i - 1].text);
    const std::size_t list = value_list(marks, i);
    if (before == "IN" && list > 0) {
      append_list(folded, true);
      i += list;
      continue;
    }
    const bool rows = before == "VALUES" || before == "VALUE" || (before == "(" && i > 1 && marks[i - 2].text == "IN");
    const std::size_t length = rows ? lengths[i] : 0;
    if (length == 0) {
      folded.push_back(marks[i++]);
      continue;
    }
    if (list > 3)
      append_list(folded, true);
    else
      folded.insert(folded.end(), marks.begin() + static_cast<std::ptrdiff_t>(i),
                    marks.begin() + static_cast<std::ptrdiff_t>(i + length));
    const std::size_t first = i;
    i += length;
    bool repeated = false;
    while (i < marks.size() && marks[i].text == "," && same_row(marks, first, i + 1, length)) {
      i += 1 + length;
      repeated = true;
    }
    if (!repeated) continue;
    folded.push_back({",", false, false});
    folded.push_back({"...", false, false});
  }
  return folded;
}

bool space_between(const Mark& left, const Mark& right) {
  if (left.text == "(" || left.text == "." || left.text == "::") return false;
  if (right.text == "." || right.text == "," || right.text == ")" || right.text == "::" || right.text == ";")
    return false;
  if (right.text == "(") return left.keyword || is_operator(left);
  return true;
}

}  // namespace

std::vector<std::string> parameters(std::string_view text, Dialect dialect) {
  std::vector<std::string> names;
  for (const auto& token : lex(text, dialect).tokens) {
    if (token.kind != Token::Kind::parameter) continue;
    std::string name(slice(text, token.span).substr(1));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

std::string bind(std::string_view text, Dialect dialect, const std::map<std::string, Value>& values) {
  std::string result;
  std::size_t copied = 0;
  for (const auto& token : lex(text, dialect).tokens) {
    if (token.kind != Token::Kind::parameter) continue;
    const auto value = values.find(std::string(slice(text, token.span).substr(1)));
    if (value == values.end()) continue;
    result += text.substr(copied, token.span.begin - copied);
    const std::string written = bound(value->second, dialect);
    if (written.starts_with('-') && result.ends_with('-')) result += ' ';  // `--` would begin a comment
    result += written;
    copied = token.span.end;
  }
  result += text.substr(copied);
  return result;
}

std::string fingerprint(std::string_view text, Dialect dialect) {
  const auto marks = fold(marks_of(text, dialect));
  std::string result;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (i > 0 && space_between(marks[i - 1], marks[i])) result += ' ';
    result += marks[i].text;
  }
  return result;
}

}  // namespace gridlock::sql
