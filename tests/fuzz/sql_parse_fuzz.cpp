// Any bytes as SQL: no crash, spans inside the text, and what is read is printed and read again as the same.
// The first byte chooses the dialect. Build with -fsanitize=fuzzer (clang).
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "model/sql/parse.h"
#include "model/sql/print.h"

namespace {

using gridlock::sql::Dialect;

void require(bool holds, std::string_view what, std::string_view text) {
  if (holds) return;
  std::fprintf(stderr, "%.*s\n%.*s\n", static_cast<int>(what.size()), what.data(), static_cast<int>(text.size()),
               text.data());
  std::abort();
}

void check(const gridlock::sql::Statement& statement, Dialect dialect) {
  if (std::holds_alternative<gridlock::sql::Unknown>(statement.node)) return;
  // What ALTER TABLE does not understand is kept as it stands; elsewhere in the text it may mean something else.
  if (const auto* alter = std::get_if<gridlock::sql::AlterTable>(&statement.node); alter && !alter->other.empty())
    return;
  const std::string printed = gridlock::sql::to_sql(statement, dialect);
  const auto again = gridlock::sql::parse_statement(printed, dialect);
  require(again.problems.empty() && again.statements.size() == 1, "what was printed is not read again", printed);
  require(gridlock::sql::to_sql(again.statements[0], dialect) == printed, "printed in another way", printed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto dialect = static_cast<Dialect>(data[0] % 3);
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto parsed = gridlock::sql::parse_script(text, dialect);
  for (const auto& problem : parsed.problems)
    require(problem.span.begin <= problem.span.end && problem.span.end <= text.size(), "a span outside the text", text);
  for (const auto& statement : parsed.statements) {
    require(text.substr(statement.span.begin, statement.text.size()) == statement.text, "a wrong span", text);
    check(statement, dialect);
  }
  gridlock::sql::fingerprint(text, dialect);
  gridlock::sql::parameters(text, dialect);
  return 0;
}
