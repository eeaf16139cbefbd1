// Column types of both servers, as one table.
#include <algorithm>
#include <array>

#include "model/sql/grammar.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

struct KnownType {
  std::string_view name;
  Type::Kind kind;
  int bytes;
};

using Kind = Type::Kind;

// Names of two words before those of one.
constexpr std::array known_types = {
    KnownType{"DOUBLE PRECISION", Kind::real, 8},
    KnownType{"CHARACTER VARYING", Kind::text, 0},
    KnownType{"CHAR VARYING", Kind::text, 0},
    KnownType{"NATIONAL CHAR", Kind::text, 0},
    KnownType{"NATIONAL VARCHAR", Kind::text, 0},
    KnownType{"BIT VARYING", Kind::other, 0},
    KnownType{"LONG VARCHAR", Kind::text, 0},
    KnownType{"TINYINT", Kind::integer, 1},
    KnownType{"SMALLINT", Kind::integer, 2},
    KnownType{"MEDIUMINT", Kind::integer, 3},
    KnownType{"INT", Kind::integer, 4},
    KnownType{"INTEGER", Kind::integer, 4},
    KnownType{"BIGINT", Kind::integer, 8},
    KnownType{"INT1", Kind::integer, 1},
    KnownType{"INT2", Kind::integer, 2},
    KnownType{"INT3", Kind::integer, 3},
    KnownType{"INT4", Kind::integer, 4},
    KnownType{"INT8", Kind::integer, 8},
    KnownType{"YEAR", Kind::integer, 2},
    KnownType{"SMALLSERIAL", Kind::integer, 2},
    KnownType{"SERIAL2", Kind::integer, 2},
    KnownType{"SERIAL", Kind::integer, 4},
    KnownType{"SERIAL4", Kind::integer, 4},
    KnownType{"BIGSERIAL", Kind::integer, 8},
    KnownType{"SERIAL8", Kind::integer, 8},
    KnownType{"BOOL", Kind::boolean, 1},
    KnownType{"BOOLEAN", Kind::boolean, 1},
    KnownType{"DECIMAL", Kind::decimal, 0},
    KnownType{"NUMERIC", Kind::decimal, 0},
    KnownType{"DEC", Kind::decimal, 0},
    KnownType{"FIXED", Kind::decimal, 0},
    KnownType{"MONEY", Kind::decimal, 0},
    KnownType{"FLOAT", Kind::real, 4},
    KnownType{"FLOAT4", Kind::real, 4},
    KnownType{"FLOAT8", Kind::real, 8},
    KnownType{"DOUBLE", Kind::real, 8},
    KnownType{"REAL", Kind::real, 8},
    KnownType{"CHAR", Kind::text, 0},
    KnownType{"CHARACTER", Kind::text, 0},
    KnownType{"NCHAR", Kind::text, 0},
    KnownType{"VARCHAR", Kind::text, 0},
    KnownType{"NVARCHAR", Kind::text, 0},
    KnownType{"TEXT", Kind::text, 0},
    KnownType{"TINYTEXT", Kind::text, 0},
    KnownType{"MEDIUMTEXT", Kind::text, 0},
    KnownType{"LONGTEXT", Kind::text, 0},
    KnownType{"CITEXT", Kind::text, 0},
    KnownType{"NAME", Kind::text, 0},
    KnownType{"UUID", Kind::text, 0},
    KnownType{"BINARY", Kind::text, 0},
    KnownType{"VARBINARY", Kind::text, 0},
    KnownType{"TINYBLOB", Kind::text, 0},
    KnownType{"BLOB", Kind::text, 0},
    KnownType{"MEDIUMBLOB", Kind::text, 0},
    KnownType{"LONGBLOB", Kind::text, 0},
    KnownType{"BYTEA", Kind::text, 0},
    KnownType{"ENUM", Kind::text, 0},
    KnownType{"SET", Kind::text, 0},
    KnownType{"DATE", Kind::date, 0},
    KnownType{"DATETIME", Kind::datetime, 0},
    KnownType{"TIMESTAMP", Kind::datetime, 0},
    KnownType{"TIMESTAMPTZ", Kind::datetime, 0},
    KnownType{"TIME", Kind::other, 0},
    KnownType{"TIMETZ", Kind::other, 0},
    KnownType{"BIT", Kind::other, 0},
    KnownType{"JSON", Kind::other, 0},
    KnownType{"JSONB", Kind::other, 0},
    KnownType{"INTERVAL", Kind::other, 0},
    KnownType{"SIGNED", Kind::integer, 8},    // CAST(x AS SIGNED)
    KnownType{"UNSIGNED", Kind::integer, 8},  // CAST(x AS UNSIGNED)
};

std::string known_name(const Cursor& c) {
  for (const auto& known : known_types)
    if (c.at(known.name)) return std::string(known.name);
  return {};
}

[[noreturn]] void no_type(const Cursor& c) {
  if (!c.at_kind(Token::Kind::word) || c.at_end()) c.fail_expected("a column type");
  std::vector<std::string> names;
  for (const auto& known : known_types) names.emplace_back(known.name);
  const std::string meant = did_you_mean(c.text(), names);
  c.fail(c.here(), "unknown column type `" + std::string(c.text()) + "`",
         meant.empty() ? "" : "did you mean " + meant + "?");
}

/// (length), (precision, scale), or the values of ENUM and SET.
void length(Cursor& c, Type& type) {
  if (!c.accept("(")) return;
  if (type.name == "ENUM" || type.name == "SET") {
    do type.values.push_back(c.string("a string"));
    while (c.accept(","));
  } else {
    if (type.name == "VARCHAR" && c.accept("MAX")) c.fail(c.here(), "VARCHAR has a length here", "write VARCHAR(255)");
    type.length = static_cast<int>(std::min<std::int64_t>(c.integer("a length"), 1'000'000'000));
    if (c.accept(",")) type.scale = static_cast<int>(std::min<std::int64_t>(c.integer("a number of digits"), 1000));
  }
  if (!c.accept(")")) c.fail_expected("`)`");
}

/// UNSIGNED, ZEROFILL, WITHOUT TIME ZONE, CHARACTER SET x: what follows a type and belongs to it.
void suffixes(Cursor& c, Type& type) {
  while (true) {
    if (c.at("UNSIGNED") || c.at("ZEROFILL")) {
      c.only_mysql(c.here(), c.at("UNSIGNED") ? "UNSIGNED" : "ZEROFILL", "leave it out, or add a CHECK");
      c.advance();
      type.is_unsigned = true;
    } else if (c.accept("WITH TIME ZONE")) {
      type.name += "TZ";
    } else if (c.accept("WITHOUT TIME ZONE") || c.accept("SIGNED")) {
      continue;
    } else if (c.accept("CHARACTER SET") || c.accept("CHARSET")) {
      c.any_name("a character set");
    } else if (c.at("[")) {
      c.advance();
      if (c.at_kind(Token::Kind::number)) c.advance();
      c.expect("]");
      type.kind = Kind::other;
      type.name += "[]";
    } else {
      return;
    }
  }
}

void auto_increments(Cursor& c, Type& type) {
  if (!type.name.starts_with("SERIAL") && !type.name.ends_with("SERIAL")) return;
  type.auto_increment = true;
  if (c.dialect() == Dialect::postgres || type.name != "SERIAL") return;
  if (c.dialect() == Dialect::mysql) {  // BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE
    type.name = "BIGINT";
    type.bytes = 8;
    type.is_unsigned = true;
  }
}

}  // namespace

bool is_type_word(std::string_view word) {
  return std::any_of(known_types.begin(), known_types.end(), [&](const KnownType& known) {
    return same_name(word, known.name.substr(0, known.name.find(' ')));
  });
}

Type type(Cursor& c) {
  Type result;
  result.name = known_name(c);
  if (result.name.empty()) no_type(c);
  for (const auto& known : known_types)
    if (known.name == result.name) {
      result.kind = known.kind;
      result.bytes = known.bytes == 0 ? 8 : known.bytes;
    }
  c.accept(result.name);
  auto_increments(c, result);
  length(c, result);
  suffixes(c, result);
  return result;
}

std::string type_name(Cursor& c) {
  const std::size_t begin = c.position();
  if (known_name(c).empty() && c.at_kind(Token::Kind::word)) {  // a type of the user's own
    c.advance();
  } else {
    const bool bare = c.at_any({"SIGNED", "UNSIGNED"});
    type(c);
    if (bare && c.accept("INTEGER")) return upper_case(c.slice_of(c.since(begin)));
  }
  return upper_case(c.slice_of(c.since(begin)));
}

}  // namespace gridlock::sql
