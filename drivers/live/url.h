#pragma once
/// A live engine's URL: `scheme://user:password@host:port/database?parameter=value&...`, percent-encoding undone.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/problem.h"

namespace gridlock::live {

struct Url {
  std::string scheme;  ///< `postgresql`, `mysql`, `mariadb`, `mysqlx`
  std::string user, host, database;
  std::optional<std::string> password;            ///< none: not in the URL; an empty one was written
  std::optional<std::uint16_t> port;              ///< none: the protocol's own
  std::map<std::string, std::string> parameters;  ///< what stands behind `?`
};

struct ReadUrl {
  Url url;
  Problems problems;  ///< never tell a password
};

/// `allowed`: the parameters that the engine knows; another one is a problem with a hint.
ReadUrl read_url(const std::string& text, const std::vector<std::string>& allowed);

/// The text of a URL as every message, trace and report shows it: `***` instead of a parameter that is a secret, and
/// nothing where the password stood. Text that is no URL comes back as it is.
std::string without_secrets(const std::string& url);

/// `text` with every occurrence of the secret replaced by `***`: libraries quote what they were given.
std::string censored(std::string text, const std::optional<std::string>& secret);

}  // namespace gridlock::live
