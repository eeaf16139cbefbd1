// Parameters of a statement, and values in their places.
#include <algorithm>

#include "model/sql/lexer.h"
#include "model/sql/literals.h"

namespace gridlock::sql {
namespace {

/// A value as plain SQL text; dates are written as strings, as people do.
std::string bound(const Value& value, Dialect dialect) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? quote_string(*text, dialect) : to_sql(value);
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

}  // namespace gridlock::sql
