#include "model/sql/literals.h"

#include <algorithm>
#include <charconv>

#include "model/sql/print.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

/// What `\c` stands for inside a string. MySQL 11.1.1 "String Literals"; PostgreSQL 4.1.2.2 shares the common ones.
char unescape(char c, bool postgres) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'b': return '\b';
    case 'f': return postgres ? '\f' : 'f';
    case '0': return '\0';
    case 'Z': return postgres ? 'Z' : '\x1a';
    default: return c;
  }
}

std::string unquote(std::string_view body, char quote, bool escapes, bool postgres) {
  std::string result;
  result.reserve(body.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '\\' && escapes && i + 1 < body.size()) {
      const char next = body[++i];
      if ((next == '%' || next == '_') && !postgres) result += '\\';  // MySQL keeps them for LIKE
      result += unescape(next, postgres);
    } else {
      if (c == quote && i + 1 < body.size() && body[i + 1] == quote) ++i;
      result += c;
    }
  }
  return result;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 0;
}

/// Pairs of hexadecimal digits as bytes; an odd count has a leading zero.
std::string hex_bytes(std::string_view digits) {
  std::string padded = digits.size() % 2 == 1 ? "0" + std::string(digits) : std::string(digits);
  std::string result;
  for (std::size_t i = 0; i + 1 < padded.size(); i += 2)
    result += static_cast<char>(hex_digit(padded[i]) * 16 + hex_digit(padded[i + 1]));
  return result;
}

/// Without the quotes at both ends; the closing one may be missing in a malformed text.
std::string_view body_of(std::string_view quoted) {
  quoted.remove_prefix(std::min<std::size_t>(1, quoted.size()));
  if (!quoted.empty()) quoted.remove_suffix(1);
  return quoted;
}

std::string dollar_body(std::string_view token) {
  const std::size_t tag = token.find('$', 1) + 1;
  return token.size() >= 2 * tag ? std::string(token.substr(tag, token.size() - 2 * tag)) : std::string();
}

double to_double(std::string_view text) {
  double result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

bool is_plain_word(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9') || name[0] == '$') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

bool has_capitals(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::string decode_string(std::string_view token, Dialect dialect) {
  if (token.empty()) return {};
  const char first = token[0];
  if (first == '$') return dollar_body(token);
  const bool postgres = dialect == Dialect::postgres;
  if (first == '\'' || first == '"') return unquote(body_of(token), first, !postgres, false);
  const std::string_view body = body_of(token.substr(1));
  switch (first) {
    case 'x':
    case 'X': return hex_bytes(body);
    case 'e':
    case 'E': return unquote(body, '\'', true, true);
    case 'b':
    case 'B': return std::string(body);
    default: return unquote(body, '\'', !postgres, false);
  }
}

std::string decode_name(std::string_view token) {
  return token.empty() ? std::string() : unquote(body_of(token), token[0], false, false);
}

Value decode_number(std::string_view token, Dialect dialect) {
  if (token.size() > 2 && (token[1] == 'x' || token[1] == 'X')) {
    if (dialect != Dialect::postgres) return hex_bytes(token.substr(2));
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(token.data() + 2, token.data() + token.size(), number, 16);
    return error == std::errc() ? Value(number) : Value(0.0);
  }
  if (const auto number = parse_number(token)) return *number;
  return to_double(token);
}

std::string quote_string(std::string_view text, Dialect dialect) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || (c == '\\' && dialect != Dialect::postgres)) result += c;
    result += c;
  }
  return result + "'";
}

std::string in_quotes(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += c;
    result += c;
  }
  return result + quote;
}

std::string quote_name_behind_dot(std::string_view name, Dialect dialect, bool was_quoted) {
  const bool folded = dialect == Dialect::postgres && has_capitals(name);
  if (is_plain_word(name) && !(was_quoted && (folded || is_keyword(name)))) return std::string(name);
  return in_quotes(name, dialect == Dialect::postgres ? '"' : '`');
}

std::string quote_name(std::string_view name, Dialect dialect, bool was_quoted) {
  const bool reserved = dialect == Dialect::either ? is_keyword(name) : is_reserved(name, dialect);
  return quote_name_behind_dot(name, dialect, was_quoted || reserved);
}

std::string literal(const Value& value, Dialect dialect) {
  if (const auto* text = std::get_if<std::string>(&value)) return quote_string(*text, dialect);
  if (std::holds_alternative<Date>(value)) return "DATE " + to_sql(value);
  if (std::holds_alternative<DateTime>(value)) return "TIMESTAMP " + to_sql(value);
  if (const auto* decimal = std::get_if<Decimal>(&value); decimal && decimal->scale == 0) return to_sql(value) + ".";
  return to_sql(value);
}

}  // namespace gridlock::sql
