#include "model/sql/parse.h"

#include <algorithm>
#include <array>

#include "model/sql/grammar.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

struct Rule {
  std::string_view first_word;
  StatementNode (*read)(Cursor&);
};

constexpr std::array rules = {
    Rule{"SELECT", [](Cursor& c) -> StatementNode { return select(c); }},
    Rule{"INSERT", insert},
    Rule{"REPLACE", insert},
    Rule{"UPDATE", update},
    Rule{"DELETE", delete_rows},
    Rule{"BEGIN", begin},
    Rule{"START", begin},
    Rule{"COMMIT", commit},
    Rule{"ROLLBACK", rollback},
    Rule{"SAVEPOINT", savepoint},
    Rule{"RELEASE", release},
    Rule{"SET", set},
    Rule{"LOCK", lock},
    Rule{"UNLOCK", unlock},
    Rule{"CREATE", create},
    Rule{"DROP", drop},
    Rule{"ALTER", alter},
    Rule{"TRUNCATE", truncate},
    Rule{"DO", do_expressions},
    Rule{"END", end},
    Rule{"ABORT", abort_transaction},
};

/// What could have gone on where a statement did not end.
void expect_end(const Cursor& c) {
  if (c.at_end()) return;
  if (c.passed("FROM"))
    c.fail_unexpected({"WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "FOR", "LOCK", "JOIN", "INNER", "LEFT", "ON",
                       "USING", "RETURNING", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS"});
  c.fail_unexpected({"FROM", "WHERE", "SET", "VALUES", "ORDER", "LIMIT", "JOIN", "RETURNING", "AND", "OR", "BETWEEN",
                     "LIKE", "IN", "IS"});
}

StatementNode unknown(const Cursor& c) {
  const std::string word = upper_case(c.text());
  if (c.at_kind(Token::Kind::word) && !begins_other_statement(word))
    if (const auto meant = did_you_mean(word, statement_words()); !meant.empty())
      c.fail(c.here(), "unknown statement `" + std::string(c.text()) + "`", "did you mean " + meant + "?");
  if (!c.at_kind(Token::Kind::word) && !c.at("("))
    c.fail(c.here(), "a statement begins with a word, not with `" + std::string(c.text().substr(0, 40)) + "`");
  return Unknown{word, {}, c.here()};
}

StatementNode statement(Cursor& c) {
  for (const auto& rule : rules) {
    if (!c.at(rule.first_word)) continue;
    StatementNode node = rule.read(c);
    expect_end(c);
    return node;
  }
  return unknown(c);
}

class ScriptParser {
 public:
  ScriptParser(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {
    Lexed lexed = lex(text, dialect);
    parsed_.problems = std::move(lexed.problems);
    unclosed_ = !parsed_.problems.empty();
    for (const auto& token : lexed.tokens)
      if (token.kind != Token::Kind::comment) tokens_.push_back(token);
  }

  Parsed run() {
    for (std::size_t first = 0; first < tokens_.size();) {
      const std::size_t last = end_of_statement(first);
      if (last > first) read(first, last);
      first = last + 1;
    }
    const auto earlier = [](const SyntaxProblem& a, const SyntaxProblem& b) { return a.span.begin < b.span.begin; };
    std::stable_sort(parsed_.problems.begin(), parsed_.problems.end(), earlier);
    return std::move(parsed_);
  }

 private:
  bool is(std::size_t index, std::string_view word) const {
    return index < tokens_.size() && tokens_[index].kind != Token::Kind::string &&
           same_name(slice(text_, tokens_[index].span), word);
  }

  /// CREATE PROCEDURE and its like have semicolons between BEGIN and END.
  bool has_body(std::size_t first) const {
    if (!is(first, "CREATE")) return false;
    for (std::size_t i = first + 1; i < std::min(first + 8, tokens_.size()) && !is(i, ";") && !is(i, "("); ++i)
      for (const std::string_view word : {"PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"})
        if (is(i, word)) return true;
    return false;
  }

  /// The semicolon that ends the statement, or the end of the text.
  std::size_t end_of_statement(std::size_t first) const {
    const bool body = has_body(first);
    int depth = 0;
    for (std::size_t i = first; i < tokens_.size(); ++i) {
      if (depth <= 0 && is(i, ";")) return i;
      if (!body || tokens_[i].kind != Token::Kind::word) continue;
      if (is(i, "BEGIN") || (is(i, "CASE") && !is(i - 1, "END"))) ++depth;
      const bool other_end = is(i + 1, "IF") || is(i + 1, "LOOP") || is(i + 1, "WHILE") || is(i + 1, "REPEAT");
      if (is(i, "END") && !other_end) --depth;
    }
    return tokens_.size();
  }

  void read(std::size_t first, std::size_t last) {
    const std::size_t problems_before = parsed_.problems.size();
    Cursor cursor(text_, tokens_, first, last, dialect_, parsed_.problems);
    const Span span{tokens_[first].span.begin, tokens_[last - 1].span.end};
    const bool cut =
        unclosed_ && last == tokens_.size();  // an unclosed string or comment swallowed the rest: told already
    try {
      StatementNode node = statement(cursor);
      if (!cut) add(span, std::move(node), problems_before);
    } catch (const Malformed& malformed) {
      if (!cut) parsed_.problems.push_back(malformed.problem);
    } catch (const Beyond& beyond) {
      parsed_.problems.resize(problems_before);
      const std::string first_word = upper_case(slice(text_, tokens_[first].span));
      if (!cut) add(span, Unknown{first_word, beyond.construct, beyond.span}, problems_before);
    }
  }

  void add(Span span, StatementNode node, std::size_t problems_before) {
    if (parsed_.problems.size() > problems_before) return;
    parsed_.statements.push_back({std::string(slice(text_, span)), span, std::move(node)});
  }

  std::string_view text_;
  Dialect dialect_;
  std::vector<Token> tokens_;
  Parsed parsed_;
  bool unclosed_ = false;
};

}  // namespace

Parsed parse_script(std::string_view text, Dialect dialect) { return ScriptParser(text, dialect).run(); }

Parsed parse_statement(std::string_view text, Dialect dialect) {
  Parsed parsed = parse_script(text, dialect);
  if (parsed.statements.size() > 1) {
    const Span second = parsed.statements[1].span;
    parsed.problems.push_back({second, "a second statement", "write one statement here"});
    parsed.statements.resize(1);
  } else if (parsed.statements.empty() && parsed.problems.empty()) {
    parsed.problems.push_back({{0, text.size()}, "no statement", "write an SQL statement here"});
  }
  return parsed;
}

std::vector<Token> tokens(std::string_view text, Dialect dialect) { return lex(text, dialect).tokens; }

}  // namespace gridlock::sql
