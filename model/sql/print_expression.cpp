#include "model/sql/literals.h"
#include "model/sql/powers.h"
#include "model/sql/print.h"
#include "model/sql/print_parts.h"

namespace gridlock::sql {
namespace {

void print_at(Printer& p, const Expr& expr, int min_power);

struct Symbol {
  std::string_view text;
  int power;
};

Symbol symbol_of(Op op, Dialect dialect) {
  switch (op) {
    case Op::logical_or: return {"OR", power::logical_or};
    case Op::logical_and: return {"AND", power::logical_and};
    case Op::equal: return {"=", power::comparison};
    case Op::not_equal: return {"<>", power::comparison};
    case Op::less: return {"<", power::comparison};
    case Op::less_equal: return {"<=", power::comparison};
    case Op::greater: return {">", power::comparison};
    case Op::greater_equal: return {">=", power::comparison};
    case Op::null_safe_equal: return {dialect == Dialect::postgres ? "IS NOT DISTINCT FROM" : "<=>", power::comparison};
    case Op::like: return {"LIKE", power::predicate};
    case Op::concat: return {"||", power::concat};
    case Op::plus: return {"+", power::sum};
    case Op::minus: return {"-", power::sum};
    case Op::multiply: return {"*", power::product};
    case Op::divide: return {"/", power::product};
    case Op::int_divide: return {"DIV", power::product};
    case Op::modulo: return {"%", power::product};
    case Op::none:
    case Op::logical_not:
    case Op::negate: break;
  }
  return {"", power::operand};
}

bool is_negative(const Value& value) {
  return value.index() >= 1 && value.index() <= 3 && to_text(value).starts_with('-');
}

/// Operators that the dialect writes as functions.
std::string_view function_for(Op op, Dialect dialect) {
  if (op == Op::concat && dialect == Dialect::mysql) return "CONCAT";
  return op == Op::int_divide && dialect == Dialect::postgres ? "DIV" : "";
}

int power_of(const Expr& expr, Dialect dialect) {
  switch (expr.kind) {
    case ExprKind::literal: return is_negative(expr.value) ? power::sign : power::operand;
    case ExprKind::unary: return expr.op == Op::logical_not ? power::logical_not : power::sign;
    case ExprKind::binary:
      return function_for(expr.op, dialect).empty() ? symbol_of(expr.op, dialect).power : power::operand;
    case ExprKind::between:
    case ExprKind::in_list:
    case ExprKind::in_select: return power::predicate;
    case ExprKind::is_null: return power::comparison;
    case ExprKind::exists: return expr.negated ? power::logical_not : power::operand;
    case ExprKind::function: return expr.name == "COLLATE" ? power::operand - 1 : power::operand;
    default: return power::operand;
  }
}

void print_args(Printer& p, const std::vector<Expr>& args, std::size_t first = 0) {
  for (std::size_t i = first; i < args.size(); ++i) {
    if (i > first) p << ", ";
    print_at(p, args[i], 0);
  }
}

void print_column(Printer& p, const Expr& expr) {
  if (expr.qualifier.empty()) {
    p << quote_name(expr.name, p.dialect, expr.quoted);
    return;
  }
  p << quote_name(expr.qualifier, p.dialect, expr.quoted) << ".";
  p << quote_name_behind_dot(expr.name, p.dialect, expr.quoted);
}

}  // namespace

void print_variable(Printer& p, std::string_view name) {
  const bool plain = name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$@") ==
                     std::string_view::npos;
  p << "@" << (plain && !name.empty() ? std::string(name) : in_quotes(name, '`'));
}

namespace {

void print_binary(Printer& p, const Expr& expr) {
  const auto [text, power] = symbol_of(expr.op, p.dialect);
  if (const auto name = function_for(expr.op, p.dialect); !name.empty()) {
    p << name << "(";
    print_args(p, expr.args);
    p << ")";
    return;
  }
  // PostgreSQL does not compare in a chain.
  const bool chain = power == power::comparison && p.dialect == Dialect::postgres;
  const bool like = expr.op == Op::like;  // MySQL's pattern is an operand, not a sum
  print_at(p, expr.args[0], chain || like ? power + 1 : power);
  p << (expr.negated ? " NOT " : " ") << text << " ";
  print_at(p, expr.args[1], like ? power::sign : power + 1);
  if (expr.args.size() < 3) return;
  p << " ESCAPE ";
  print_at(p, expr.args[2], power::sign);
}

void print_unary(Printer& p, const Expr& expr) {
  if (expr.op == Op::logical_not) {
    p << "NOT ";
    print_at(p, expr.args[0], power::logical_not);
  } else {
    const bool another = expr.args[0].kind == ExprKind::unary && expr.args[0].op == Op::negate;  // `--` is a comment
    p << (another ? "- " : "-");
    print_at(p, expr.args[0], another ? power::sign : power::operand);
  }
}

/// args[0] [NOT] BETWEEN, IN and IS NULL.
void print_predicate(Printer& p, const Expr& expr) {
  const bool is_null_test = expr.kind == ExprKind::is_null;
  print_at(p, expr.args[0], is_null_test && p.dialect != Dialect::postgres ? power::comparison : power::concat);
  const std::string_view negation = expr.negated ? "NOT " : "";
  if (is_null_test) {
    p << " IS " << negation << "NULL";
  } else if (expr.kind == ExprKind::between) {
    p << " " << negation << "BETWEEN ";
    print_at(p, expr.args[1], power::concat);
    p << " AND ";
    print_at(p, expr.args[2], power::concat);
  } else {
    p << " " << negation << "IN (";
    if (expr.subquery)
      print(p, *expr.subquery);
    else
      print_args(p, expr.args, 1);
    p << ")";
  }
}

void print_case(Printer& p, const Expr& expr) {
  p << "CASE";
  std::size_t i = 0;
  for (; i + 1 < expr.args.size(); i += 2) {
    p << " WHEN ";
    print_at(p, expr.args[i], 0);
    p << " THEN ";
    print_at(p, expr.args[i + 1], 0);
  }
  if (i < expr.args.size()) {
    p << " ELSE ";
    print_at(p, expr.args[i], 0);
  }
  p << " END";
}

/// A word that the parser keeps as a text argument: a type, a unit, a collation.
std::string word_of(const Expr& arg) {
  const auto* text = std::get_if<std::string>(&arg.value);
  return text ? *text : std::string();
}

/// INTERVAL 1 DAY; anything but a plain value stands in parentheses, so that its end is clear.
void print_interval(Printer& p, const Expr& expr) {
  p << "INTERVAL ";
  const auto kind = expr.args[0].kind;
  const bool plain = kind == ExprKind::literal || kind == ExprKind::parameter || kind == ExprKind::variable;
  if (!plain) p << "(";
  print_at(p, expr.args[0], 0);
  if (!plain) p << ")";
  if (expr.args.size() > 1) p << " " << word_of(expr.args[1]);
}

/// Special forms: true when this was one.
bool print_form(Printer& p, const Expr& expr) {
  const std::size_t count = expr.args.size();
  const auto& name = expr.name;
  if (name == "CAST" && count == 2) {
    p << "CAST(";
    print_at(p, expr.args[0], 0);
    p << " AS " << word_of(expr.args[1]) << ")";
  } else if (name == "INTERVAL" && (count == 1 || count == 2)) {
    print_interval(p, expr);
  } else if (name == "EXTRACT" && count == 2) {
    p << "EXTRACT(" << word_of(expr.args[0]) << " FROM ";
    print_at(p, expr.args[1], 0);
    p << ")";
  } else if (name == "COLLATE" && count == 2) {
    print_at(p, expr.args[0], power::operand);
    p << " COLLATE " << quote_name(word_of(expr.args[1]), p.dialect, true);
  } else if (name == "POSITION" && count == 2) {
    p << "POSITION(";
    print_at(p, expr.args[0], power::concat);
    p << " IN ";
    print_at(p, expr.args[1], 0);
    p << ")";
  } else if ((name == "TIMESTAMPDIFF" || name == "TIMESTAMPADD") && count > 0) {
    p << name << "(" << word_of(expr.args[0]) << ", ";
    print_args(p, expr.args, 1);
    p << ")";
  } else {
    return false;
  }
  return true;
}

/// Functions that stand without parentheses; with them they would be another thing or an error.
bool is_bare(const Expr& expr) {
  if (!expr.args.empty() || !expr.qualifier.empty()) return false;
  for (const std::string_view name :
       {"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "LOCALTIME", "LOCALTIMESTAMP", "UTC_DATE",
        "UTC_TIME", "UTC_TIMESTAMP", "SESSION_USER", "CURRENT_ROLE", "CURRENT_SCHEMA"})
    if (expr.name == name) return true;
  return false;
}

void print_function(Printer& p, const Expr& expr) {
  if (print_form(p, expr)) return;
  if (!expr.qualifier.empty()) p << quote_name(expr.qualifier, p.dialect) << ".";
  p << expr.name;
  if (is_bare(expr)) return;
  p << "(" << (expr.distinct ? "DISTINCT " : "");
  print_args(p, expr.args);
  p << ")";
}

void print_inserted(Printer& p, const Expr& expr) {
  if (!expr.qualifier.empty()) return print_column(p, expr);
  p << "VALUES(" << quote_name(expr.name, p.dialect, expr.quoted) << ")";
}

void print_subquery(Printer& p, const Expr& expr) {
  if (expr.kind == ExprKind::exists) p << (expr.negated ? "NOT EXISTS " : "EXISTS ");
  p << "(";
  if (expr.subquery) print(p, *expr.subquery);
  p << ")";
}

void print_star(Printer& p, const Expr& expr) {
  if (!expr.qualifier.empty()) p << quote_name(expr.qualifier, p.dialect, expr.quoted) << ".";
  p << "*";
}

void print_row(Printer& p, const Expr& expr) {
  p << "(";
  print_args(p, expr.args);
  p << ")";
}

void print_bare(Printer& p, const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::literal: p << literal(expr.value, p.dialect); break;
    case ExprKind::column: print_column(p, expr); break;
    case ExprKind::parameter: p << ":" << expr.name; break;
    case ExprKind::variable: print_variable(p, expr.name); break;
    case ExprKind::star: print_star(p, expr); break;
    case ExprKind::default_value: p << "DEFAULT"; break;
    case ExprKind::unary: print_unary(p, expr); break;
    case ExprKind::binary: print_binary(p, expr); break;
    case ExprKind::between:
    case ExprKind::in_list:
    case ExprKind::in_select:
    case ExprKind::is_null: print_predicate(p, expr); break;
    case ExprKind::exists:
    case ExprKind::scalar_select: print_subquery(p, expr); break;
    case ExprKind::function: print_function(p, expr); break;
    case ExprKind::inserted: print_inserted(p, expr); break;
    case ExprKind::case_when: print_case(p, expr); break;
    case ExprKind::row: print_row(p, expr); break;
  }
}

/// In parentheses when it binds less tightly than what stands around it.
void print_at(Printer& p, const Expr& expr, int min_power) {
  const bool parentheses = power_of(expr, p.dialect) < min_power;
  if (parentheses) p << "(";
  print_bare(p, expr);
  if (parentheses) p << ")";
}

}  // namespace

void print(Printer& p, const Expr& expr) { print_at(p, expr, 0); }
void print_simple(Printer& p, const Expr& expr) { print_at(p, expr, power::concat); }

std::string to_sql(const Expr& expr, Dialect dialect) {
  Printer p{dialect};
  print(p, expr);
  return std::move(p.out);
}

}  // namespace gridlock::sql
