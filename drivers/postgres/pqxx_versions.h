#pragma once
/// What differs between libpqxx 6.4, 7 and 8, in one place.
#include <pqxx/nontransaction>
#include <pqxx/pipeline>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

namespace gridlock::postgres {

/// libpqxx 6 connects again by itself when a connection breaks: whatever the session held would be gone without a word.
template <typename C>
void stay_broken(C& connection) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  if constexpr (requires { connection.inhibit_reactivation(true); }) connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

/// Major version times 10000, as libpq counts: 150020.
template <typename C>
int server_version_of(const C& connection) {
  return connection.server_version();
}

/// libpqxx 6 leaves the code out where the exception's own type says it; 42000 is the class of what is left.
inline std::string sqlstate_by_type(const pqxx::sql_error& error) {
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr) return "42501";
  if (dynamic_cast<const pqxx::undefined_column*>(&error) != nullptr) return "42703";
  if (dynamic_cast<const pqxx::undefined_function*>(&error) != nullptr) return "42883";
  if (dynamic_cast<const pqxx::undefined_table*>(&error) != nullptr) return "42P01";
  if (dynamic_cast<const pqxx::syntax_error*>(&error) != nullptr) return "42601";  // the base of the three above
  return "42000";
}

/// The SQLSTATE of what a statement was refused with; empty when the exception is of another kind. In libpqxx 6 a
/// transaction's rollback is no sql_error, and carries no code.
inline std::string sqlstate_of(const std::exception& error) {
  if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error)) {
    const std::string code(sql->sqlstate());
    return code.empty() ? sqlstate_by_type(*sql) : code;
  }
  if (dynamic_cast<const pqxx::deadlock_detected*>(&error) != nullptr) return "40P01";
  if (dynamic_cast<const pqxx::serialization_failure*>(&error) != nullptr) return "40001";
  if (dynamic_cast<const pqxx::statement_completion_unknown*>(&error) != nullptr) return "40003";
  if (dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr) return "40000";
  return {};
}

/// A field's bytes; `field` is one of a result.
template <typename F>
std::string_view bytes_of(const F& field) {
  return {field.c_str(), static_cast<std::size_t>(field.size())};
}

}  // namespace gridlock::postgres
