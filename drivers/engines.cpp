#include "drivers/engines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "drivers/live/live_driver.h"
#include "drivers/live/url.h"
#include "drivers/mysql/mysql.h"
#include "drivers/mysql/x_server.h"
#include "drivers/postgres/postgres.h"
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

/// The server behind a URL's scheme.
struct Protocol {
  std::string_view scheme;
  std::vector<std::string> (*parameters)();
  std::unique_ptr<live::Server> (*make)(live::Url url, std::string shown);
};

constexpr std::array protocols{
    Protocol{"postgresql", postgres::url_parameters, postgres::make_server},
    Protocol{"postgres", postgres::url_parameters, postgres::make_server},
    Protocol{"mysql", mysql::url_parameters, mysql::make_server},
    Protocol{"mariadb", mysql::url_parameters, mysql::make_server},
    Protocol{"mysqlx", mysql::x_url_parameters, mysql::make_x_server},
};

MadeDriver make_live(const std::string& engine, const std::string& shown, const live::Options& options) {
  const std::string scheme = engine.substr(0, engine.find("://"));
  const auto* protocol =
      std::find_if(protocols.begin(), protocols.end(), [&](const Protocol& known) { return known.scheme == scheme; });
  if (protocol == protocols.end())
    return {nullptr, {{{}, fmt::format("this build has no driver for {}", shown), "use `reference:innodb`"}}};
  live::ReadUrl read = live::read_url(engine, protocol->parameters());
  auto server = protocol->make(read.url, shown);
  if (server && !read.problems.empty()) return {nullptr, std::move(read.problems)};
  if (!server)
    return {nullptr,
            {{{},
              fmt::format("this build has no X DevAPI, which {} needs", shown),
              "use `mysql://` and the port of the classic protocol, or build with Oracle's Connector/C++ "
              "(docs/engines.md)"}}};
  return {live::make_live_driver(std::move(server), options), {}};
}

}  // namespace

MadeDriver make_driver(const std::string& engine, const live::Options& live) {
  if (const Reference* inside = reference_named(engine)) return {inside->make(), {}};
  const std::string shown = gridlock::live::without_secrets(engine);
  if (engine.find("://") != std::string::npos && scheme_of(engine) != nullptr) return make_live(engine, shown, live);
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
