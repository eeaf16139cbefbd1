#pragma once
/// Where MySQL's own clients look for a password: the environment and ~/.my.cnf. The classic protocol's library looks
/// there itself; the X DevAPI does not.
#include <optional>
#include <string>
#include <string_view>

namespace gridlock::mysql {

/// The password of the [client] group in the text of an option file.
std::optional<std::string> password_in(std::string_view option_file);

/// MYSQL_PWD, else ~/.my.cnf.
std::optional<std::string> usual_password();

}  // namespace gridlock::mysql
