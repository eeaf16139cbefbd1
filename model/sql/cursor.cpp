#include "model/sql/cursor.h"

#include <charconv>

#include "model/sql/literals.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

constexpr std::size_t longest_quote = 40;  // bytes of the user's text inside a message
constexpr int max_depth = 200;             // levels of parentheses and subqueries; the stack holds far more
constexpr int max_chain = 1000;  // operators of one expression in a row: the tree is as high, and is walked recursively

/// Splits the first word off a pattern.
std::string_view take_word(std::string_view& pattern) {
  const std::size_t end = std::min(pattern.find(' '), pattern.size());
  const std::string_view word = pattern.substr(0, end);
  pattern.remove_prefix(std::min(end + 1, pattern.size()));
  return word;
}

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

}  // namespace

Cursor::Cursor(std::string_view text, const std::vector<Token>& tokens, std::size_t first, std::size_t last,
               Dialect dialect, std::vector<SyntaxProblem>& problems)
    : text_(text), tokens_(tokens), pos_(first), last_(last), first_(first), dialect_(dialect), problems_(problems) {}

bool Cursor::matches(std::string_view word, std::size_t ahead) const {
  const Token* token = this->token(ahead);
  if (!token || (token->kind != Token::Kind::word && token->kind != Token::Kind::symbol)) return false;
  return same_name(slice(text_, token->span), word);
}

bool Cursor::at(std::string_view pattern, std::size_t ahead) const {
  for (; !pattern.empty(); ++ahead)
    if (!matches(take_word(pattern), ahead)) return false;
  return true;
}

bool Cursor::at_any(std::initializer_list<std::string_view> patterns) const {
  for (const auto pattern : patterns)
    if (at(pattern)) return true;
  return false;
}

bool Cursor::at_kind(Token::Kind kind, std::size_t ahead) const {
  const Token* token = this->token(ahead);
  return token && token->kind == kind;
}

std::string_view Cursor::text(std::size_t ahead) const {
  const Token* token = this->token(ahead);
  return token ? slice(text_, token->span) : std::string_view();
}

bool Cursor::accept(std::string_view pattern) {
  if (!at(pattern)) return false;
  for (; !pattern.empty(); ++pos_) take_word(pattern);
  return true;
}

void Cursor::expect(std::string_view pattern) {
  while (!pattern.empty()) {
    const std::string_view word = take_word(pattern);
    if (!accept(word)) fail_expected(word.size() == 1 ? quoted(word) : std::string(word), {word});
  }
}

Span Cursor::advance() {
  if (at_end()) fail_expected("more");
  return tokens_[pos_++].span;
}

Span Cursor::here() const {
  if (pos_ < last_) return tokens_[pos_].span;
  const std::size_t end = last_ > first_ ? tokens_[last_ - 1].span.end : text_.size();
  return {end, end};
}

Span Cursor::since(std::size_t position) const {
  if (position >= pos_) return {here().begin, here().begin};
  return {tokens_[position].span.begin, tokens_[pos_ - 1].span.end};
}

bool Cursor::at_name() const {
  if (at_kind(Token::Kind::quoted_name)) return true;
  if (at_kind(Token::Kind::word)) return !is_reserved(text(), dialect_);
  return dialect_ == Dialect::either && at_kind(Token::Kind::string) && text().starts_with('"');
}

void Cursor::fail_reserved(std::string_view what) const {
  const std::string word = upper_case(text());
  const std::string as_name = "as a name it needs quotes: " + quote_name(text(), dialect_);
  const bool lone = (word == "ORDER" || word == "GROUP") && !at("BY", 1);  // rather a name than a clause
  const bool clause = begins_clause(word) && !lone;
  std::string hint = as_name;
  if (clause) hint = "write " + std::string(what) + " before " + word + "; " + as_name;
  if (clause && behind_comma()) hint = "leave the comma before it out";
  fail(here(), "expected " + std::string(what) + ", found the reserved word " + quoted(text()), std::move(hint));
}

Name Cursor::name(std::string_view what) {
  if (at_name()) return any_name(what);
  if (at_kind(Token::Kind::word)) fail_reserved(what);
  if (at_kind(Token::Kind::string) && text().starts_with('"'))
    fail(here(), "expected " + std::string(what) + ", found the string " + std::string(text().substr(0, longest_quote)),
         "MySQL quotes names with backquotes: `" + decode_name(text()) + "`");
  fail_expected(what);
}

Name Cursor::any_name(std::string_view what) {
  const Token* token = this->token(0);
  const bool double_quoted = token && token->kind == Token::Kind::string && dialect_ == Dialect::either;
  if (!token || (token->kind != Token::Kind::word && token->kind != Token::Kind::quoted_name && !double_quoted))
    fail_expected(what);
  const std::string_view raw = text();
  const bool is_quoted = token->kind != Token::Kind::word;
  if (is_quoted && raw.starts_with('`'))
    only_mysql(here(), "a name in backquotes",
               "PostgreSQL quotes names with double quotes: \"" + decode_name(raw) + "\"");
  Name result{is_quoted ? decode_name(raw) : std::string(raw), token->span, is_quoted};
  ++pos_;
  return result;
}

std::vector<Name> Cursor::names(std::string_view what) {
  std::vector<Name> result;
  do result.push_back(name(what));
  while (accept(","));
  return result;
}

std::vector<Name> Cursor::names_in_parentheses(std::string_view what) {
  expect("(");
  auto result = names(what);
  if (!accept(")")) fail_expected("`,` or `)`");
  return result;
}

std::optional<Name> Cursor::alias(std::string_view after_as) {
  if (accept("AS")) return name(after_as);
  if (!at_name() || (at_kind(Token::Kind::word) && ends_alias(text(), dialect_))) return std::nullopt;
  last_alias_position_ = pos_;
  last_alias_ = any_name(after_as);
  return last_alias_;
}

std::string Cursor::string(std::string_view what) {
  if (!at_kind(Token::Kind::string)) fail_expected(what);
  std::string result = decode_string(text(), dialect_);
  ++pos_;
  return result;
}

std::int64_t Cursor::integer(std::string_view what) {
  const std::string_view digits = text();
  if (!at_kind(Token::Kind::number) || digits.find_first_not_of("0123456789") != std::string_view::npos)
    fail_expected(what);
  std::int64_t result = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), result);
  ++pos_;
  return result;
}

void Cursor::fail(Span span, std::string message, std::string hint) const {
  throw Malformed{{span, std::move(message), std::move(hint)}};
}

std::string Cursor::found() const {
  return pos_ < last_ ? quoted(text().substr(0, longest_quote)) : std::string("the end of the statement");
}

std::string Cursor::suggestion(std::initializer_list<std::string_view> keywords) const {
  std::vector<std::string> candidates(keywords.begin(), keywords.end());
  if (at_kind(Token::Kind::word)) {
    if (const auto meant = did_you_mean(text(), candidates); !meant.empty() && !same_name(meant, text()))
      return "did you mean " + meant + "?";
  }
  if (last_alias_ && last_alias_position_ + 1 == pos_) {
    if (const auto meant = did_you_mean(last_alias_->text, candidates); !meant.empty())
      return "did you mean " + meant + " instead of " + last_alias_->text + "?";
  }
  if (at("?") || at("$")) return "write parameters as :name";
  if (behind_comma() && (at_end() || at(")"))) return "leave the comma before it out";
  return {};
}

bool Cursor::passed(std::string_view word) const {
  for (std::size_t i = first_; i < pos_; ++i)
    if (tokens_[i].kind == Token::Kind::word && same_name(slice(text_, tokens_[i].span), word)) return true;
  return false;
}

void Cursor::fail_expected(std::string_view what, std::initializer_list<std::string_view> keywords,
                           std::string_view otherwise) const {
  std::string hint = suggestion(keywords);
  const bool meant_alias = hint.find(" instead of ") != std::string::npos;
  const Span span = meant_alias ? last_alias_->span : here();
  const std::string seen = meant_alias ? quoted(slice_of(span).substr(0, longest_quote)) : found();
  fail(span, "expected " + std::string(what) + ", found " + seen,
       hint.empty() ? std::string(otherwise) : std::move(hint));
}

void Cursor::fail_unexpected(std::initializer_list<std::string_view> keywords) const {
  const std::string hint = suggestion(keywords);
  const bool meant_alias = hint.find(" instead of ") != std::string::npos;
  const Span span = meant_alias ? last_alias_->span : here();
  fail(span, "unexpected " + quoted(slice_of(span).substr(0, longest_quote)), hint);
}

void Cursor::complain(Span span, std::string message, std::string hint) {
  problems_.push_back({span, std::move(message), std::move(hint)});
}

void Cursor::only_mysql(Span span, std::string_view construct, std::string_view hint) {
  if (dialect_ == Dialect::postgres)
    complain(span, std::string(construct) + " is MySQL's, not PostgreSQL's", std::string(hint));
}

void Cursor::only_postgres(Span span, std::string_view construct, std::string_view hint) {
  if (dialect_ == Dialect::mysql)
    complain(span, std::string(construct) + " is PostgreSQL's, not MySQL's", std::string(hint));
}

Cursor::Level::Level(Cursor& cursor) : cursor_(cursor) {
  if (cursor_.depth_ == 0) cursor_.chain_ = 0;
  if (++cursor_.depth_ <= max_depth) return;
  --cursor_.depth_;
  cursor_.fail(cursor_.here(), "this is nested more than " + std::to_string(max_depth) + " levels deep",
               "split the statement");
}

void Cursor::grow_chain() {
  if (++chain_ > max_chain)
    fail(here(), "this expression has more than " + std::to_string(max_chain) + " operators in a row",
         "write a list, `x IN (1, 2, ...)`, or several statements");
}

}  // namespace gridlock::sql
