#pragma once
/// Text to tokens. Linear in the text, never fails: what is left open at the end becomes a problem.
#include <string>
#include <string_view>
#include <vector>

#include "model/sql/parse.h"

namespace gridlock::sql {

struct Lexed {
  std::vector<Token> tokens;  ///< in order, comments included, white space not
  std::vector<SyntaxProblem> problems;
};

/// Dialect differences: `#` comments, backslashes in strings, backquotes and "strings" are MySQL's; nested comments,
/// `--x` without a space, $$strings$$ and "names" are PostgreSQL's. `either` takes MySQL's side where both claim a
/// character: "x" is a string token there, and the parser takes it for a name where only a name can stand.
Lexed lex(std::string_view text, Dialect dialect);

inline std::string_view slice(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

}  // namespace gridlock::sql
