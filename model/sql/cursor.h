#pragma once
/// The parser's place in the tokens of one statement, and its way to say what is wrong there. Internal to model/sql.
///
/// Patterns are words and symbols separated by blanks: `at("ORDER BY")`, `accept("ON DUPLICATE KEY UPDATE")`,
/// `at("(")`.
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "model/sql/lexer.h"

namespace gridlock::sql {

/// The statement cannot be read any further. Never leaves model/sql.
struct Malformed {
  SyntaxProblem problem;
};

/// Good SQL that the AST cannot say: the statement becomes Unknown. Never leaves model/sql.
struct Beyond {
  std::string construct;
  Span span;
};

class Cursor {
 public:
  /// Tokens without comments. `text`, `tokens` and `problems` must outlive the cursor.
  Cursor(std::string_view text, const std::vector<Token>& tokens, std::size_t first, std::size_t last, Dialect dialect,
         std::vector<SyntaxProblem>& problems);

  Dialect dialect() const { return dialect_; }
  bool mysql() const { return dialect_ != Dialect::postgres; }  ///< MySQL's grammar is allowed
  bool postgres() const { return dialect_ != Dialect::mysql; }  ///< PostgreSQL's grammar is allowed

  bool at_end() const { return pos_ == last_; }
  bool at(std::string_view pattern, std::size_t ahead = 0) const;
  bool at_any(std::initializer_list<std::string_view> patterns) const;
  bool at_kind(Token::Kind kind, std::size_t ahead = 0) const;
  /// The token's own text; empty past the end.
  std::string_view text(std::size_t ahead = 0) const;
  std::string_view slice_of(Span span) const { return slice(text_, span); }

  /// Moves on over the pattern if it stands here.
  bool accept(std::string_view pattern);
  /// Moves on over the pattern, or fails.
  void expect(std::string_view pattern);
  /// Moves on over one token and returns its span; fails at the end.
  Span advance();
  /// Moves back by tokens that were passed.
  void back(std::size_t count) { pos_ -= count; }
  std::size_t position() const { return pos_; }
  /// Whether this word stands anywhere before this place. Linear; for messages.
  bool passed(std::string_view word) const;

  /// Where the current token stands; past the end, just behind the last one.
  Span here() const;
  /// From the token at `position` to the last one passed.
  Span since(std::size_t position) const;

  // ------------------------------------------------------------------------------------------------ names

  bool at_name() const;
  /// `what` is said when there is none: "a table name".
  Name name(std::string_view what);
  /// A name right behind a dot or another place where reserved words are names, too.
  Name any_name(std::string_view what);
  std::vector<Name> names(std::string_view what);                 ///< a, b, c
  std::vector<Name> names_in_parentheses(std::string_view what);  ///< (a, b, c)
  /// [AS] alias, if there is one. `after_as` names what is missing after AS.
  std::optional<Name> alias(std::string_view after_as);
  /// A string token, decoded.
  std::string string(std::string_view what);
  /// A whole number token, 0 when it does not fit.
  std::int64_t integer(std::string_view what);

  // ------------------------------------------------------------------------------------------------ what is wrong

  [[noreturn]] void fail(Span span, std::string message, std::string hint = {}) const;
  /// "expected X, found Y", with the word that was meant as the hint. `keywords` are what could have stood here.
  /// `otherwise` is the hint when no word was meant.
  [[noreturn]] void fail_expected(std::string_view what, std::initializer_list<std::string_view> keywords = {},
                                  std::string_view otherwise = {}) const;
  /// "unexpected X": nothing may follow here but the keywords.
  [[noreturn]] void fail_unexpected(std::initializer_list<std::string_view> keywords) const;
  [[noreturn]] void beyond(std::string construct, Span span) const { throw Beyond{std::move(construct), span}; }
  /// A mistake that does not keep the parser from reading on.
  void complain(Span span, std::string message, std::string hint);
  /// Complains when the dialect is the other one: "ON CONFLICT is PostgreSQL's".
  void only_mysql(Span span, std::string_view construct, std::string_view hint);
  void only_postgres(Span span, std::string_view construct, std::string_view hint);

  /// One level of nesting deeper while it lives; fails when there are too many.
  class Level {
   public:
    explicit Level(Cursor& cursor);
    ~Level() { --cursor_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Cursor& cursor_;
  };
  /// Counts an operator of a left-leaning chain (`a OR b OR c ...`); fails when the tree would become too high.
  void grow_chain();

 private:
  const Token* token(std::size_t ahead) const { return pos_ + ahead < last_ ? &tokens_[pos_ + ahead] : nullptr; }
  bool matches(std::string_view word, std::size_t ahead) const;
  std::string found() const;
  std::string suggestion(std::initializer_list<std::string_view> keywords) const;
  bool behind_comma() const { return pos_ > first_ && slice(text_, tokens_[pos_ - 1].span) == ","; }
  [[noreturn]] void fail_reserved(std::string_view what) const;

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::size_t pos_;
  std::size_t last_;
  std::size_t first_;
  Dialect dialect_;
  std::vector<SyntaxProblem>& problems_;
  int depth_ = 0;
  int chain_ = 0;
  std::optional<Name> last_alias_;  ///< taken without AS: perhaps a misspelt keyword
  std::size_t last_alias_position_ = 0;
};

}  // namespace gridlock::sql
