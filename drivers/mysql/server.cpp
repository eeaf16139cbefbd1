#include "drivers/mysql/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "drivers/live/ask.h"
#include "drivers/mysql/classic_connection.h"
#include "drivers/mysql/errors.h"
#include "drivers/mysql/lock_rows.h"
#include "drivers/mysql/lock_words.h"
#include "drivers/mysql/mysql.h"

namespace gridlock::mysql {
namespace {

using live::ConnectionId;
using live::Reply;

constexpr std::array<std::string_view, 11> parameters{"ssl-mode",    "ssl-ca",          "ssl-capath", "ssl-cert",
                                                      "ssl-key",     "ssl-cipher",      "ssl-crl",    "ssl-crlpath",
                                                      "tls-version", "connect-timeout", "socket"};

/// Whether MariaDB's plugin that shows metadata locks is loaded.
constexpr auto metadata_plugin_query =
    "SELECT 1 FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'METADATA_LOCK_INFO' AND PLUGIN_STATUS = 'ACTIVE'";

/// A table of the run's database says that gridlock made it.
constexpr std::string_view mark_table = "gridlock_made_this";

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
  return out + "'";
}

std::string name_of(std::string_view text) {
  std::string out = "`";
  for (const char c : text) out += c == '`' ? std::string("``") : std::string(1, c);
  return out + "`";
}

/// Numbers stay bare: MySQL takes no text for them.
std::string setting(const std::string& value) {
  const bool number = !value.empty() && std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return std::isdigit(c) != 0 || c == '.' || c == '-';
  });
  return number ? value : literal(value);
}

/// The account of the latest deadlock in the text of SHOW ENGINE INNODB STATUS; empty when there is none.
std::string latest_deadlock(std::string_view status) {
  const std::size_t title = status.find("LATEST DETECTED DEADLOCK");
  if (title == std::string_view::npos) return {};
  const std::size_t end = status.find("\n------------\nTRANSACTIONS\n------------", title);
  return std::string(status.substr(title, end == std::string_view::npos ? end : end + 1 - title));
}

}  // namespace

void MysqlServer::learn(const std::string& version, bool metadata_plugin) {
  version_ = version;
  metadata_plugin_ = metadata_plugin;
  mariadb_ = version.find("MariaDB") != std::string::npos;
}

std::string MysqlServer::places(const std::string& which) {
  return fmt::format(
      "SELECT s.SCHEMA_NAME, EXISTS (SELECT 1 FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA = s.SCHEMA_NAME "
      "AND "
      "t.TABLE_NAME = '{}'), coalesce(IS_USED_LOCK(CONCAT('gridlock:', s.SCHEMA_NAME)) <> CONNECTION_ID(), 0) "
      "FROM information_schema.SCHEMATA s WHERE {} ORDER BY 1",
      mark_table, which);
}

std::string MysqlServer::places_query() const { return places("s.SCHEMA_NAME LIKE 'gridlock\\_%'"); }
std::string MysqlServer::place_query(const std::string& name) const {
  return places("s.SCHEMA_NAME = " + literal(name));
}

std::vector<live::Place> MysqlServer::read_places(const Reply& reply) const {
  std::vector<live::Place> found;
  for (const auto& row : reply.rows) found.push_back({to_text(row[0]), to_text(row[1]) == "1", to_text(row[2]) == "1"});
  return found;
}

std::vector<std::string> MysqlServer::make_place(const std::string& name, const std::string& mark) const {
  return {fmt::format("SELECT GET_LOCK({}, 0)", literal("gridlock:" + name)),
          fmt::format("CREATE DATABASE {}", name_of(name)),
          fmt::format("CREATE TABLE {}.{} (note VARCHAR(500)) ENGINE=InnoDB", name_of(name), mark_table),
          fmt::format("INSERT INTO {}.{} VALUES ({})", name_of(name), mark_table, literal(mark))};
}

std::string MysqlServer::enter_place(const std::string& name) const {
  database_ = name;
  return "USE " + name_of(name);
}

std::string MysqlServer::drop_place(const std::string& name) const {
  return "DROP DATABASE IF EXISTS " + name_of(name);
}

std::string MysqlServer::after_loading(const std::vector<std::string>& tables) const {
  std::string list;
  for (const std::string& table : tables) list += (list.empty() ? "" : ", ") + name_of(table);
  return list.empty() ? "" : "ANALYZE TABLE " + list;
}

std::string MysqlServer::set_isolation(sql::Isolation isolation) const {
  static constexpr std::array<std::string_view, 4> words{"READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ",
                                                         "SERIALIZABLE"};
  return fmt::format("SET SESSION TRANSACTION ISOLATION LEVEL {}", words.at(static_cast<std::size_t>(isolation)));
}

std::string MysqlServer::set_variable(const std::string& name, const std::string& value) {
  return fmt::format("SET SESSION {} = {}", name, setting(value));
}

std::string MysqlServer::global_value(const std::string& name) const { return fmt::format("SELECT @@GLOBAL.{}", name); }

std::string MysqlServer::set_global(const std::string& name, const std::string& value) const {
  return fmt::format("SET GLOBAL {} = {}", name, setting(value));
}

std::string MysqlServer::translated(const std::string& sql) const { return mariadb_ ? without_for_share(sql) : sql; }

Outcome MysqlServer::outcome(const ServerError& error) const { return outcome_of(error); }
bool MysqlServer::ends_transaction(Outcome, const ServerError& error) const { return rolls_back(error); }

std::vector<std::string> MysqlServer::waits_queries(const std::vector<ConnectionId>& run) const {
  return mariadb_ ? information_schema::waits_queries(run, metadata_plugin_) : performance_schema::waits_queries(run);
}

std::vector<live::SeenWait> MysqlServer::read_waits(const std::vector<Reply>& replies) const {
  return mariadb_ ? information_schema::waits_in(replies) : performance_schema::waits_in(replies);
}

std::vector<std::string> MysqlServer::locks_queries(const std::vector<ConnectionId>& run) const {
  if (mariadb_) return {};
  return performance_schema::locks_queries(run, database_);
}

std::vector<live::SeenLock> MysqlServer::read_locks(const std::vector<Reply>& replies) const {
  return performance_schema::locks_in(replies);
}

std::int64_t MysqlServer::look_micros() const { return mariadb_ ? information_schema::stale_micros : 0; }

DeadlockAccount MysqlServer::read_account(const Reply&, const Reply& asked) const {
  if (asked.rows.empty() || asked.rows.front().size() < 3) return {};
  std::string text = latest_deadlock(to_text(asked.rows.front()[2]));
  if (text.empty()) return {};
  return {DeadlockAccount::Source::innodb_status, std::move(text)};
}

std::string MysqlServer::count_query() const {
  return mariadb_ ? "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'"
                  : "SELECT NAME, COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'lock_deadlocks'";
}

std::optional<std::uint64_t> MysqlServer::read_count(const Reply& reply) const {
  if (reply.rows.empty() || reply.rows.front().size() < 2) return std::nullopt;
  const auto count = as_integer(reply.rows.front()[1]);
  return count ? std::optional(static_cast<std::uint64_t>(*count)) : std::nullopt;
}

std::string MysqlServer::count_name() const {
  return mariadb_ ? "Innodb_deadlocks" : "lock_deadlocks of information_schema.innodb_metrics";
}

std::string MysqlServer::alive_query(const std::vector<ConnectionId>& run) const {
  return fmt::format("SELECT ID FROM information_schema.PROCESSLIST WHERE ID IN ({})", fmt::join(run, ","));
}

namespace {

class ClassicServer final : public MysqlServer {
 public:
  ClassicServer(live::Url url, std::string shown) : MysqlServer(shown), url_(std::move(url)) {}

  std::unique_ptr<live::Connection> connect() override {
    auto connection = std::make_unique<ClassicConnection>(url_, engine());
    if (!known()) {
      const bool plugin = live::ask(*connection, metadata_plugin_query).rows.size() == 1;
      learn(connection->server_version(), plugin);
    }
    return connection;
  }

 private:
  live::Url url_;
};

}  // namespace

std::vector<std::string> url_parameters() { return {parameters.begin(), parameters.end()}; }

std::unique_ptr<live::Server> make_server(live::Url url, std::string shown) {
  return std::make_unique<ClassicServer>(std::move(url), std::move(shown));
}

}  // namespace gridlock::mysql
