#include "drivers/engines.h"

#include <fmt/format.h>

#include <array>

#include "drivers/reference/reference.h"

namespace gridlock {
namespace {

struct Scheme {
  std::string_view prefix;
  std::string_view dialect;
};

constexpr std::array schemes{
    Scheme{"mysqlx://", "mysql"},         Scheme{"mysql://", "mysql"},        Scheme{"mariadb://", "mysql"},
    Scheme{"postgresql://", "postgres"},  Scheme{"postgres://", "postgres"},  Scheme{"reference:innodb", "mysql"},
    Scheme{"reference:mariadb", "mysql"}, Scheme{"reference:table", "mysql"}, Scheme{"reference:postgres", "postgres"},
};

/// The engines inside the program.
struct Reference {
  std::string_view name;
  std::unique_ptr<Driver> (*make)();
};

constexpr std::array references{
    Reference{"reference:innodb", reference::make_innodb},
    Reference{"reference:mariadb", reference::make_mariadb},
    Reference{"reference:mariadb-11.8", reference::make_mariadb118},
    Reference{"reference:postgres", reference::make_postgres},
    Reference{"reference:table", reference::make_table},
};

const Reference* reference_named(std::string_view engine) {
  for (const Reference& one : references) {
    if (one.name == engine) return &one;
  }
  return nullptr;
}

const Scheme* scheme_of(std::string_view engine) {
  for (const Scheme& scheme : schemes) {
    if (engine.starts_with(scheme.prefix)) return &scheme;
  }
  return nullptr;
}

/// `mysql://user:secret@host` without `:secret`, for messages.
std::string without_password(const std::string& engine) {
  const auto user = engine.find("://");
  if (user == std::string::npos) return engine;
  const auto authority_end = engine.find_first_of("/?#", user + 3);
  const auto at = engine.rfind('@', authority_end);
  if (at == std::string::npos || at < user + 3) return engine;
  const auto colon = engine.find(':', user + 3);
  if (colon == std::string::npos || colon > at) return engine;
  return engine.substr(0, colon) + engine.substr(at);
}

}  // namespace

MadeDriver make_driver(const std::string& engine) {
  if (const Reference* inside = reference_named(engine)) return {inside->make(), {}};
  const std::string shown = without_password(engine);
  if (engine.find("://") != std::string::npos && scheme_of(engine) != nullptr) {
    return {nullptr, {{{}, fmt::format("this build has no live drivers yet: {}", shown), "use `reference:innodb`"}}};
  }
  const std::string meant = did_you_mean(engine, engine_names());
  return {nullptr,
          {{{},
            fmt::format("there is no engine `{}`", shown),
            meant.empty() ? fmt::format("the engine is `{}`", engine_names().front())
                          : fmt::format("did you mean `{}`?", meant)}}};
}

std::string dialect_of(std::string_view engine) {
  const Scheme* scheme = scheme_of(engine);
  return scheme == nullptr ? "mysql" : std::string(scheme->dialect);
}

std::vector<std::string> engine_names() {
  std::vector<std::string> names;
  for (const Reference& one : references) names.emplace_back(one.name);
  return names;
}

Problems check_playable(const std::string& engine, const Setup& setup,
                        const std::vector<std::shared_ptr<const Prepared>>& statements) {
  const Reference* inside = reference_named(engine);
  if (inside == nullptr) return {};  // a live engine says itself what it cannot do
  return reference::check_playable(*inside->make(), setup, statements);
}

}  // namespace gridlock
