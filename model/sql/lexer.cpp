#include "model/sql/lexer.h"

#include <algorithm>
#include <array>

namespace gridlock::sql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
/// Bytes above 127 are letters: names and aliases may be in any script.
bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_word(char c) { return begins_word(c) || is_digit(c) || c == '$'; }
bool is_prefix_letter(char c) { return std::string_view("eExXbBnN").find(c) != std::string_view::npos; }

// Longest first.
constexpr std::array<std::string_view, 17> long_symbols = {
    "...", "->>", "<=>", "!~*", "<=", ">=", "<>", "!=", ":=", "::", "&&", "||", "<<", ">>", "->", "=>", "~*"};

class Lexer {
 public:
  Lexer(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {}

  Lexed run() {
    while (pos_ < text_.size()) {
      if (is_space(text_[pos_])) {
        ++pos_;
        continue;
      }
      const std::size_t begin = pos_;
      const Token::Kind kind = token();
      lexed_.tokens.push_back({kind, {begin, pos_}});
    }
    return std::move(lexed_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0'; }
  bool mysql() const { return dialect_ != Dialect::postgres; }
  bool postgres() const { return dialect_ != Dialect::mysql; }

  /// Reads one token. REQUIRES: not at white space, not at the end. Moves on by at least one byte.
  Token::Kind token() {
    if (comment()) return Token::Kind::comment;
    const char c = peek();
    if (is_prefix_letter(c) && peek(1) == '\'' && (mysql() ? c != 'e' && c != 'E' : true)) return prefixed_string(c);
    if (dialect_ == Dialect::either && (c == 'e' || c == 'E') && peek(1) == '\'') return prefixed_string(c);
    if (begins_word(c)) return word();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (c == '\'') return quoted('\'', mysql(), Token::Kind::string);
    if (c == '"') return quoted('"', mysql(), mysql() ? Token::Kind::string : Token::Kind::quoted_name);
    if (c == '`') return quoted('`', false, Token::Kind::quoted_name);
    if (c == ':' && begins_word(peek(1))) return parameter();
    if (c == '@' && mysql()) return variable();
    if (c == '$' && postgres() && dollar_string()) return Token::Kind::string;
    return symbol();
  }

  bool comment() {
    const char c = peek();
    if (c == '#' && mysql()) return line_comment();
    if (c == '-' && peek(1) == '-') {
      const char after = peek(2);
      const bool needs_space = dialect_ == Dialect::mysql;  // so that 5--3 is 8 in MySQL
      if (!needs_space || after == '\0' || is_space(after)) return line_comment();
    }
    if (c == '/' && peek(1) == '*') return block_comment();
    return false;
  }

  bool line_comment() {
    pos_ = std::min(text_.find('\n', pos_), text_.size());
    return true;
  }

  bool block_comment() {
    const std::size_t begin = pos_;
    int depth = 0;
    while (pos_ < text_.size()) {
      if (peek() == '*' && peek(1) == '/') {
        pos_ += 2;
        if (--depth == 0) return true;
      } else if (peek() == '/' && peek(1) == '*' && (depth == 0 || dialect_ == Dialect::postgres)) {
        pos_ += 2;
        ++depth;
      } else {
        ++pos_;
      }
    }
    lexed_.problems.push_back({{begin, begin + 2}, "this comment is never closed", "end it with */"});
    return true;
  }

  Token::Kind word() {
    while (pos_ < text_.size() && continues_word(text_[pos_])) ++pos_;
    return Token::Kind::word;
  }

  Token::Kind prefixed_string(char prefix) {
    ++pos_;
    const bool escapes = prefix == 'e' || prefix == 'E' || ((prefix == 'n' || prefix == 'N') && mysql());
    return quoted('\'', escapes, Token::Kind::string);
  }

  Token::Kind quoted(char quote, bool escapes, Token::Kind kind) {
    const std::size_t begin = pos_++;
    while (pos_ < text_.size()) {
      const char c = text_[pos_++];
      if (c == '\\' && escapes && pos_ < text_.size()) {
        ++pos_;
      } else if (c == quote) {
        if (peek() != quote) return kind;
        ++pos_;
      }
    }
    const std::string what = kind == Token::Kind::string ? "string" : "quoted name";
    lexed_.problems.push_back(
        {{begin, begin + 1},
         "this " + what + " is never closed",
         std::string("end it with ") + quote + ", and write " + quote + quote + " for a " + quote + " inside it"});
    return kind;
  }

  /// PostgreSQL's $tag$ ... $tag$. Leaves the position alone when it is none.
  bool dollar_string() {
    std::size_t end = pos_ + 1;
    if (end < text_.size() && is_digit(text_[end])) return false;
    while (end < text_.size() && continues_word(text_[end]) && text_[end] != '$') ++end;
    if (end >= text_.size() || text_[end] != '$') return false;
    const std::string_view tag = text_.substr(pos_, end + 1 - pos_);
    const std::size_t close = text_.find(tag, end + 1);
    if (close == std::string_view::npos) {
      lexed_.problems.push_back({{pos_, end + 1}, "this string is never closed", "end it with " + std::string(tag)});
      pos_ = text_.size();
    } else {
      pos_ = close + tag.size();
    }
    return true;
  }

  Token::Kind number() {
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') && is_hex(peek(2))) {
      pos_ += 2;
      while (is_hex(peek())) ++pos_;
      return Token::Kind::number;
    }
    while (is_digit(peek())) ++pos_;
    if (mysql() && begins_word(peek()) && !at_exponent()) return word();  // MySQL's names may begin with digits
    if (peek() == '.') {
      ++pos_;
      while (is_digit(peek())) ++pos_;
    }
    if (at_exponent()) {
      pos_ += is_digit(peek(1)) ? 1 : 2;
      while (is_digit(peek())) ++pos_;
    }
    return Token::Kind::number;
  }

  bool at_exponent() const {
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    return (peek() == 'e' || peek() == 'E') && is_digit(peek(1 + sign));
  }

  Token::Kind parameter() {
    ++pos_;
    while (pos_ < text_.size() && continues_word(text_[pos_]) && text_[pos_] != '$') ++pos_;
    return Token::Kind::parameter;
  }

  /// @name, @'name', @@name, @@session.name; a lone @ is a symbol.
  Token::Kind variable() {
    pos_ += peek(1) == '@' ? 2 : 1;
    const char c = peek();
    if (c == '\'' || c == '"' || c == '`') {
      quoted(c, false, Token::Kind::variable);
      return Token::Kind::variable;
    }
    if (!continues_word(c)) return Token::Kind::symbol;
    while (pos_ < text_.size() && (continues_word(text_[pos_]) || (text_[pos_] == '.' && continues_word(peek(1)))))
      ++pos_;
    return Token::Kind::variable;
  }

  Token::Kind symbol() {
    for (const std::string_view candidate : long_symbols)
      if (text_.substr(pos_, candidate.size()) == candidate) {
        pos_ += candidate.size();
        return Token::Kind::symbol;
      }
    ++pos_;
    return Token::Kind::symbol;
  }

  std::string_view text_;
  Dialect dialect_;
  std::size_t pos_ = 0;
  Lexed lexed_;
};

}  // namespace

Lexed lex(std::string_view text, Dialect dialect) { return Lexer(text, dialect).run(); }

}  // namespace gridlock::sql
