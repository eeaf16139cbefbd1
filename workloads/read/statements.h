#pragma once
/// SQL inside the file: parsed once, its mistakes pointed at where the user wrote them.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/read/reader.h"

namespace gridlock::read {

sql::Dialect dialect(std::string_view word);  ///< "any", "mysql", "postgres"

/// A word of the file that names a dialect: `mysql`, `postgres`.
bool is_dialect(std::string_view word);
const std::vector<std::string>& dialect_words();

/// One statement, or null after a problem.
std::shared_ptr<const Prepared> statement(Reader& reader, const yaml::Node& scalar, std::string_view dialect_word);

/// The statements of a script; those that can be read.
std::vector<std::shared_ptr<const Prepared>> script(Reader& reader, const yaml::Node& scalar,
                                                    std::string_view dialect_word);

/// Parameters that the statement uses but nobody declared are problems. `declared` is what may be used here.
void check_parameters(Reader& reader, const yaml::Node& scalar, const Prepared& statement,
                      const std::vector<std::string>& declared);

}  // namespace gridlock::read
