#include "drivers/live/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace gridlock::live {
namespace {

/// Parameters whose values are never shown.
bool is_secret(std::string_view parameter) {
  return parameter.find("password") != std::string_view::npos || parameter.find("passphrase") != std::string_view::npos;
}

std::optional<int> hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

/// `p%40ss` is `p@ss`; a `%` without two digits stands for itself.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto high = text[i] == '%' && i + 2 < text.size() ? hex(text[i + 1]) : std::nullopt;
    const auto low = high ? hex(text[i + 2]) : std::nullopt;
    if (low) i += 2;
    out += low ? static_cast<char>(*high * 16 + *low) : text[i];
  }
  return out;
}

/// The parts of a URL's text, still encoded.
struct Parts {
  std::string_view scheme, user, host, port, database, parameters;
  std::optional<std::string_view> password;
};

/// A password may hold `@`, `/` and `#` when its owner forgot to encode them: the last `@` before the parameters ends
/// it.
std::optional<Parts> parts_of(std::string_view text) {
  Parts parts;
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  parts.scheme = text.substr(0, scheme);
  std::string_view rest = text.substr(scheme + 3);
  const std::size_t question = rest.find('?', rest.rfind('@') == std::string_view::npos ? 0 : rest.rfind('@'));
  if (question != std::string_view::npos) {
    parts.parameters = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view who = rest.substr(0, at);
    const std::size_t colon = who.find(':');
    parts.user = who.substr(0, colon);
    if (colon != std::string_view::npos) parts.password = who.substr(colon + 1);
    rest = rest.substr(at + 1);
  }
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    parts.database = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : std::string_view::npos;
  const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  parts.host = rest.substr(0, colon);
  if (bracket != std::string_view::npos) parts.host = rest.substr(1, bracket - 1);
  if (colon != std::string_view::npos) parts.port = rest.substr(colon + 1);
  return parts;
}

std::string hint_for(const std::string& parameter, const std::vector<std::string>& allowed) {
  const std::string meant = did_you_mean(parameter, allowed);
  if (!meant.empty()) return fmt::format("did you mean `{}`?", meant);
  return allowed.empty() ? "" : fmt::format("this engine knows {}", fmt::join(allowed, ", "));
}

void read_parameters(std::string_view text, const std::vector<std::string>& allowed, ReadUrl& result) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = std::min(one.find('='), one.size());
    const std::string name = decoded(one.substr(0, equals));
    if (name.empty()) continue;
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      result.problems.push_back(
          {{}, fmt::format("the engine's URL has an unknown parameter `{}`", name), hint_for(name, allowed)});
    result.url.parameters[name] = decoded(one.substr(std::min(equals + 1, one.size())));
  }
}

}  // namespace

ReadUrl read_url(const std::string& text, const std::vector<std::string>& allowed) {
  ReadUrl result;
  const auto parts = parts_of(text);
  if (!parts) return {{}, {{{}, "an engine's URL is scheme://user@host:port/database", ""}}};
  result.url.scheme = std::string(parts->scheme);
  result.url.user = decoded(parts->user);
  result.url.host = decoded(parts->host);
  result.url.database = decoded(parts->database);
  if (parts->password) result.url.password = decoded(*parts->password);
  if (!parts->port.empty()) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(parts->port.data(), parts->port.data() + parts->port.size(), port);
    if (error != std::errc() || end != parts->port.data() + parts->port.size() || port == 0)
      result.problems.push_back({{},
                                 fmt::format("`{}` is no port: {}", parts->port, without_secrets(text)),
                                 "a port is a number from 1 to 65535"});
    result.url.port = port;
  }
  read_parameters(parts->parameters, allowed, result);
  return result;
}

std::string without_secrets(const std::string& url) {
  const auto parts = parts_of(url);
  if (!parts) return url;
  std::string shown = url;
  // From the back, so that the places in front stay where they are.
  std::string_view rest = parts->parameters;
  std::vector<std::pair<std::size_t, std::size_t>> secrets;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos || !is_secret(one.substr(0, equals))) continue;
    secrets.emplace_back(static_cast<std::size_t>(one.data() - url.data()) + equals + 1, one.size() - equals - 1);
  }
  for (auto secret = secrets.rbegin(); secret != secrets.rend(); ++secret)
    shown.replace(secret->first, secret->second, "***");
  if (parts->password)
    shown.erase(static_cast<std::size_t>(parts->password->data() - url.data()) - 1, parts->password->size() + 1);
  return shown;
}

std::string censored(std::string text, const std::optional<std::string>& secret) {
  if (!secret || secret->empty()) return text;
  for (std::size_t at = text.find(*secret); at != std::string::npos; at = text.find(*secret, at + 3))
    text.replace(at, secret->size(), "***");
  return text;
}

}  // namespace gridlock::live
