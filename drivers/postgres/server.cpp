#include <fmt/format.h>

#include <array>
#include <utility>

#include "drivers/postgres/connection.h"
#include "drivers/postgres/lock_rows.h"
#include "drivers/postgres/postgres.h"

namespace gridlock::postgres {
namespace {

using live::ConnectionId;
using live::Reply;

/// Each session looks for a deadlock when it has waited so long (the server's default is a second): a run with
/// deadlocks would else mostly wait. Measured: 26 times the throughput on ten hot rows.
constexpr std::string_view deadlock_timeout = "20ms";

/// libpq's connection words that a URL may carry.
constexpr std::array<std::string_view, 14> parameters{
    "sslmode",         "sslcert",    "sslkey",          "sslrootcert",      "sslcrl",  "sslpassword", "sslnegotiation",
    "channel_binding", "gssencmode", "connect_timeout", "application_name", "options", "passfile",    "host"};

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
  return out + "'";
}

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string name_of(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string conninfo_of(const live::Url& url) {
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, quoted(value));
  };
  if (!url.host.empty()) add("host", url.host);
  if (url.port) add("port", std::to_string(*url.port));
  if (!url.user.empty()) add("user", url.user);
  if (url.password) add("password", *url.password);
  if (!url.database.empty()) add("dbname", url.database);
  if (!url.parameters.contains("application_name")) add("application_name", "gridlock");
  if (!url.parameters.contains("connect_timeout")) add("connect_timeout", "10");
  for (const auto& [name, value] : url.parameters) add(name, value);
  return text;
}

class PostgresServer final : public live::Server {
 public:
  PostgresServer(live::Url url, std::string shown) : url_(std::move(url)), shown_(std::move(shown)) {}

  std::unique_ptr<live::Connection> connect() override {
    auto connection = std::make_unique<PqxxConnection>(conninfo_of(url_), shown_, url_.password);
    version_ = connection->server_version();
    return connection;
  }
  sql::Dialect dialect() const override { return sql::Dialect::postgres; }
  std::string engine() const override { return shown_; }

  // A schema of the run's is marked by its comment, and locked by a session advisory lock as long as the run lasts.
  std::string place_word() const override { return "schema"; }
  std::string places_query() const override { return places("n.nspname LIKE 'gridlock\\_%'"); }
  std::string place_query(const std::string& name) const override { return places("n.nspname = " + literal(name)); }
  std::vector<live::Place> read_places(const Reply& reply) const override {
    std::vector<live::Place> found;
    for (const auto& row : reply.rows)
      found.push_back({to_text(row[0]), to_text(row[1]) == "true", to_text(row[2]) == "true"});
    return found;
  }
  std::vector<std::string> make_place(const std::string& name, const std::string& mark) const override {
    return {fmt::format("SELECT pg_advisory_lock({}, hashtext({}))", lock_class, literal(name)),
            fmt::format("CREATE SCHEMA {}", name_of(name)),
            fmt::format("COMMENT ON SCHEMA {} IS {}", name_of(name), literal(mark))};
  }
  std::string enter_place(const std::string& name) const override {
    return fmt::format("SET search_path = {}", name_of(name));
  }
  std::string drop_place(const std::string& name) const override {
    return fmt::format("DROP SCHEMA IF EXISTS {} CASCADE", name_of(name));
  }
  std::string after_loading(const std::vector<std::string>& tables) const override {
    std::string list;
    for (const std::string& table : tables) list += (list.empty() ? "" : ", ") + table;
    return list.empty() ? "" : "ANALYZE " + list;
  }

  std::vector<std::string> greeting() const override {
    return {
        "SELECT set_config('client_min_messages', 'error', false), set_config('datestyle', 'ISO', false), "
        "set_config('standard_conforming_strings', 'on', false)"};
  }
  std::vector<Wish> wishes() const override {
    return {{fmt::format("SET deadlock_timeout = '{}'", deadlock_timeout),
             fmt::format("deadlock_timeout could not be set to {} (it takes a superuser, or GRANT SET ON PARAMETER "
                         "deadlock_timeout): each deadlock lasts as long as the server's own",
                         deadlock_timeout)}};
  }
  std::string set_isolation(sql::Isolation isolation) const override {
    static constexpr std::array<std::string_view, 4> words{"READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ",
                                                           "SERIALIZABLE"};
    return fmt::format("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {}",
                       words.at(static_cast<std::size_t>(isolation)));
  }
  void refused(const Wish&) override { deadlock_timeout_.clear(); }
  std::string set_variable(const std::string& name, const std::string& value) override {
    if (name == "deadlock_timeout") deadlock_timeout_ = value;
    return fmt::format("SELECT set_config({}, {}, false)", literal(name), literal(value));
  }
  bool is_global(const ServerError&) const override { return false; }
  std::string global_value(const std::string& name) const override { return "SHOW " + name; }
  std::string set_global(const std::string& name, const std::string& value) const override {
    return fmt::format("ALTER SYSTEM SET {} = {}", name, literal(value));
  }

  Outcome outcome(const ServerError& error) const override {
    if (error.code == "40P01") return Outcome::deadlock;
    if (error.code == "40001") return Outcome::serialization_failure;
    // NOWAIT has the same code, and is the statement's own wish.
    if (error.code == "55P03" && error.message.find("lock timeout") != std::string::npos) return Outcome::lock_timeout;
    return Outcome::error;
  }
  /// Whatever the error: the transaction's locks are gone, though it has to be told to roll back.
  bool ends_transaction(Outcome, const ServerError&) const override { return true; }

  std::vector<std::string> waits_queries(const std::vector<ConnectionId>& run) const override {
    return {locks_query(run, version_, timeout())};
  }
  std::vector<live::SeenWait> read_waits(const std::vector<Reply>& replies) const override {
    return waits_in(replies.front());
  }
  std::vector<std::string> locks_queries(const std::vector<ConnectionId>& run) const override {
    return {locks_query(run, version_, timeout())};
  }
  std::vector<live::SeenLock> read_locks(const std::vector<Reply>& replies) const override {
    return locks_in(replies.front());
  }

  DeadlockAccount read_account(const Reply& victims, const Reply&) const override {
    if (victims.account.empty()) return {};
    return {DeadlockAccount::Source::client_error, victims.account};
  }
  std::string count_query() const override {
    return "SELECT pg_stat_clear_snapshot(), pg_stat_get_db_deadlocks(oid) FROM pg_database WHERE datname = "
           "current_database()";
  }
  std::optional<std::uint64_t> read_count(const Reply& reply) const override {
    if (reply.rows.empty() || reply.rows.front().size() < 2) return std::nullopt;
    const auto* count = std::get_if<std::int64_t>(&reply.rows.front()[1]);
    return count ? std::optional(static_cast<std::uint64_t>(*count)) : std::nullopt;
  }
  std::string count_name() const override { return "pg_stat_database.deadlocks"; }

  std::string kill(ConnectionId connection) const override {
    return fmt::format("SELECT pg_terminate_backend({})", connection);
  }
  std::string alive_query(const std::vector<ConnectionId>& run) const override {
    return fmt::format("SELECT pid FROM pg_catalog.pg_stat_activity WHERE pid IN ({})", fmt::join(run, ","));
  }

 private:
  /// The first key of the advisory locks that say that a schema is in use: `grid` in ASCII.
  static constexpr std::int32_t lock_class = 0x67726964;

  static std::string places(const std::string& which) {
    return fmt::format(
        "SELECT n.nspname, coalesce(obj_description(n.oid, 'pg_namespace') LIKE 'made by gridlock%', false), "
        "EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = {} AND l.objsubid = 2 AND "
        "l.objid::bigint = hashtext(n.nspname::text)::bigint & 4294967295 AND l.pid <> pg_backend_pid()) "
        "FROM pg_namespace n WHERE {} ORDER BY 1",
        lock_class, which);
  }

  std::string timeout() const {
    return deadlock_timeout_.empty() ? "current_setting('deadlock_timeout')" : literal(deadlock_timeout_);
  }

  live::Url url_;
  std::string shown_;
  std::string deadlock_timeout_{deadlock_timeout};  ///< of the sessions; empty: the server's own
  int version_ = 0;
};

}  // namespace

std::vector<std::string> url_parameters() { return {parameters.begin(), parameters.end()}; }

std::unique_ptr<live::Server> make_server(live::Url url, std::string shown) {
  return std::make_unique<PostgresServer>(std::move(url), std::move(shown));
}

}  // namespace gridlock::postgres
