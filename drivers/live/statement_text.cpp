#include "drivers/live/statement_text.h"

#include <algorithm>

#include "model/sql/parse.h"
#include "model/sql/print.h"

namespace gridlock::live {

std::string StatementTexts::bound(const Call& call) {
  const Template& text = template_of(call.statement);
  std::string sql;
  sql.reserve(text.rest.size() + 64);
  for (const Piece& piece : text.pieces) {
    sql += piece.text;
    sql += sql::literal(call.parameters.at(piece.parameter), server_.dialect());
  }
  return sql += text.rest;
}

const StatementTexts::Template& StatementTexts::template_of(const std::shared_ptr<const Prepared>& statement) {
  const auto [at, fresh] = templates_.try_emplace(statement.get());
  Template& made = at->second;
  if (!fresh) return made;
  made.statement = statement;
  const std::string text = server_.translated(statement->text);
  std::size_t behind = 0;
  for (const sql::Token& token : sql::tokens(text, server_.dialect())) {
    if (token.kind != sql::Token::Kind::parameter) continue;
    const std::string name = text.substr(token.span.begin + 1, token.span.end - token.span.begin - 1);
    const auto& names = statement->parameters;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) continue;
    made.pieces.push_back(
        {text.substr(behind, token.span.begin - behind), static_cast<std::size_t>(found - names.begin())});
    behind = token.span.end;
  }
  made.rest = text.substr(behind);
  return made;
}

}  // namespace gridlock::live
