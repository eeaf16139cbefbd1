#pragma once
/// The printer's pieces: each writes what it is given behind what stands there already. Internal to model/sql.
#include <string>
#include <string_view>

#include "model/sql/ast.h"

namespace gridlock::sql {

/// The text so far, and whose SQL it is.
struct Printer {
  Dialect dialect = Dialect::mysql;
  std::string out = {};

  Printer& operator<<(std::string_view text) {
    out += text;
    return *this;
  }
  Printer& operator<<(const Name& name);
};

void print(Printer& p, const Expr& expr);
/// Where only operators as tight as `||` may stand: LIMIT, DEFAULT.
void print_simple(Printer& p, const Expr& expr);
void print(Printer& p, const Select& select);
void print(Printer& p, const Insert& insert);
void print(Printer& p, const Update& update);
void print(Printer& p, const Delete& delete_rows);
void print(Printer& p, const CreateTable& table);
void print(Printer& p, const CreateIndex& index);
void print(Printer& p, const AlterTable& alter);
void print(Printer& p, const TableRef& ref);  ///< without its join

/// a, b, c
template <typename List, typename Print>
void print_list(Printer& p, const List& list, Print one) {
  bool first = true;
  for (const auto& element : list) {
    if (!first) p << ", ";
    first = false;
    one(element);
  }
}

/// @name; the name keeps the second @ of a system variable.
void print_variable(Printer& p, std::string_view name);
void print_names(Printer& p, const std::vector<Name>& names);

}  // namespace gridlock::sql
