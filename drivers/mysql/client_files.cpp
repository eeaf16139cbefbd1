#include "drivers/mysql/client_files.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace gridlock::mysql {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

}  // namespace

std::optional<std::string> password_in(std::string_view option_file) {
  bool client = false;
  std::optional<std::string> password;
  while (!option_file.empty()) {
    const std::size_t end = std::min(option_file.find('\n'), option_file.size());
    const std::string_view line = trimmed(option_file.substr(0, end));
    option_file.remove_prefix(std::min(end + 1, option_file.size()));
    if (line.starts_with('[')) client = line == "[client]";
    const std::size_t equals = line.find('=');
    if (!client || equals == std::string_view::npos || trimmed(line.substr(0, equals)) != "password") continue;
    std::string_view value = trimmed(line.substr(equals + 1));
    const bool quoted = value.size() >= 2 && value.front() == value.back() && (value[0] == '"' || value[0] == '\'');
    password = std::string(quoted ? value.substr(1, value.size() - 2) : value);
  }
  return password;
}

std::optional<std::string> usual_password() {
  if (const char* password = std::getenv("MYSQL_PWD")) return password;
  const char* home = std::getenv("HOME");
  if (home == nullptr) return std::nullopt;
  std::ifstream file(std::string(home) + "/.my.cnf");
  std::ostringstream text;
  text << file.rdbuf();
  return password_in(text.str());
}

}  // namespace gridlock::mysql
