#pragma once
/// Text to statements. Never fails: what cannot be read becomes a problem, and the next statement is read all the same.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/problem.h"
#include "model/sql/ast.h"

namespace gridlock::sql {

struct SyntaxProblem {
  Span span;  ///< in the parsed text
  std::string message;
  std::string hint;
};

struct Parsed {
  std::vector<Statement> statements;
  std::vector<SyntaxProblem> problems;
};

/// All statements of a script, separated by semicolons. Comments (`--`, `#` in MySQL, `/* */`) are skipped.
/// A statement whose first word is not known is `Unknown` and no problem, unless the word is nearly a known one
/// (UDPATE); so is good SQL that the AST cannot say (`Unknown::construct` names it). A known one that is malformed is a
/// problem and no statement; where the parser can go on (another dialect's clause) a statement may have several
/// problems. Problems are in the order of the text. Dialect::either accepts what either dialect accepts.
Parsed parse_script(std::string_view text, Dialect dialect);

/// Exactly one statement; a second one, or none, is a problem.
Parsed parse_statement(std::string_view text, Dialect dialect);

/// Names of the `:parameters` of a statement, each once, in order of appearance (not inside strings or comments).
std::vector<std::string> parameters(std::string_view text, Dialect dialect);

/// The statement's text with each `:parameter` replaced by its value as a literal. A name without a value stays as it
/// is.
std::string bind(std::string_view text, Dialect dialect, const std::map<std::string, Value>& values);

/// The statement with literals and parameters replaced by `?`, lists of them folded (`IN (?, ...)`), white space
/// squeezed and keywords upper case: two executions of one statement compare equal.
std::string fingerprint(std::string_view text, Dialect dialect);

/// The tokens of a text, for highlighting and rewriting.
struct Token {
  enum class Kind : unsigned char { word, quoted_name, number, string, parameter, variable, symbol, comment } kind;
  Span span;
};
std::vector<Token> tokens(std::string_view text, Dialect dialect);

}  // namespace gridlock::sql
