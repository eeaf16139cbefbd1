#include "drivers/mysql/x_server.h"

#include "drivers/mysql/server.h"

#ifdef GRIDLOCK_X_DEVAPI

#include <fmt/format.h>
#include <mysqlx/xdevapi.h>

#include <array>
#include <utility>

#include "drivers/live/ask.h"
#include "drivers/live/threaded_connection.h"
#include "drivers/mysql/client_files.h"
#include "drivers/mysql/errors.h"

namespace gridlock::mysql {
namespace {

/// MySQL's default port for the X Protocol.
constexpr std::uint16_t x_port = 33060;

/// URL parameters and the session options that they set.
struct Parameter {
  std::string_view name;
  mysqlx::SessionOption::Enum option;
};
constexpr std::array parameters{
    Parameter{"ssl-ca", mysqlx::SessionOption::SSL_CA},   Parameter{"ssl-capath", mysqlx::SessionOption::SSL_CAPATH},
    Parameter{"ssl-crl", mysqlx::SessionOption::SSL_CRL}, Parameter{"ssl-crlpath", mysqlx::SessionOption::SSL_CRLPATH},
    Parameter{"socket", mysqlx::SessionOption::SOCKET},
};

mysqlx::SSLMode ssl_mode(const std::string& word) {
  if (word == "disabled") return mysqlx::SSLMode::DISABLED;
  if (word == "verify_ca") return mysqlx::SSLMode::VERIFY_CA;
  if (word == "verify_identity") return mysqlx::SSLMode::VERIFY_IDENTITY;
  return mysqlx::SSLMode::REQUIRED;
}

mysqlx::SessionSettings settings_of(const live::Url& url, const std::optional<std::string>& password) {
  using Option = mysqlx::SessionOption;
  mysqlx::SessionSettings settings(Option::USER, url.user);
  const bool socket = url.parameters.contains("socket");
  // In one call: the library takes a port for that of the host just before it.
  if (!socket)
    settings.set(Option::HOST, url.host.empty() ? std::string("localhost") : url.host, Option::PORT,
                 url.port.value_or(x_port));
  if (password) settings.set(Option::PWD, *password);
  for (const Parameter& parameter : parameters)
    if (const auto found = url.parameters.find(std::string(parameter.name)); found != url.parameters.end())
      settings.set(parameter.option, found->second);
  if (const auto mode = url.parameters.find("ssl-mode"); mode != url.parameters.end() && !socket)
    settings.set(Option::SSL_MODE, ssl_mode(mode->second));
  return settings;
}

/// Dates come as the protocol's own bytes: numbers of seven bits a byte, the lowest first (mysqlx_resultset.proto).
std::vector<unsigned> numbers_in(const mysqlx::bytes& raw) {
  std::vector<unsigned> numbers;
  unsigned value = 0, shift = 0;
  for (std::size_t i = 0; i < raw.length(); ++i) {
    const unsigned byte = raw.begin()[i];
    value |= (byte & 0x7FU) << shift;
    shift += 7;
    if ((byte & 0x80U) != 0 && shift < 28) continue;
    numbers.push_back(std::exchange(value, 0));
    shift = 0;
  }
  return numbers;
}

Value time_of(const mysqlx::bytes& raw) {
  const std::vector<unsigned> n = numbers_in(raw);
  const auto at = [&](std::size_t i) { return i < n.size() ? n[i] : 0U; };
  const std::string day = fmt::format("{:04}-{:02}-{:02}", at(0), at(1), at(2));
  if (n.size() <= 3)
    if (const auto date = parse_date(day)) return *date;
  const std::string text = fmt::format("{} {:02}:{:02}:{:02}.{:06}", day, at(3), at(4), at(5), at(6));
  if (const auto time = parse_datetime(text)) return *time;
  return text;
}

Value value_of(const mysqlx::Value& value) {
  switch (value.getType()) {
    case mysqlx::Value::VNULL: return Null{};
    case mysqlx::Value::INT64: return value.get<std::int64_t>();
    case mysqlx::Value::UINT64: {
      const auto number = value.get<std::uint64_t>();
      if (number <= INT64_MAX) return static_cast<std::int64_t>(number);
      return *parse_number(std::to_string(number));
    }
    case mysqlx::Value::BOOL: return static_cast<std::int64_t>(value.get<bool>());
    case mysqlx::Value::FLOAT:
    case mysqlx::Value::DOUBLE: {
      const auto number = value.get<double>();
      const bool whole =
          number > -1e15 && number < 1e15 && number == static_cast<double>(static_cast<std::int64_t>(number));
      if (whole) return static_cast<std::int64_t>(number);
      return number;
    }
    case mysqlx::Value::STRING: return std::string(value.get<mysqlx::string>());
    case mysqlx::Value::RAW: return time_of(value.getRawBytes());
    default: return std::string("(a document)");
  }
}

/// What a refusal means when the server is not asked for its number: the X DevAPI tells only the message.
struct Known {
  std::string_view words, code;
};
constexpr std::array known{
    Known{"Deadlock found when trying to get lock", "1213"},
    Known{"Deadlock found when trying to get user-level lock", "3058"},
    Known{"Lock wait timeout exceeded", "1205"},
};

std::string code_by_words(const std::string& message) {
  for (const Known& one : known)
    if (message.find(one.words) != std::string::npos) return std::string(one.code);
  return {};
}

class XSession final : public live::BlockingSession {
 public:
  XSession(const live::Url& url, std::string shown)
      : shown_(std::move(shown)), secret_(url.password ? url.password : usual_password()) {
    try {
      session_ = std::make_unique<mysqlx::Session>(settings_of(url, secret_));
      id_ = static_cast<std::uint64_t>(std::get<std::int64_t>(execute("SELECT CONNECTION_ID()").rows.at(0).at(0)));
    } catch (const mysqlx::Error& error) {
      throw EngineLost(fmt::format("cannot connect to {}: {}", shown_, live::censored(error.what(), secret_)));
    }
  }

  live::Reply execute(const std::string& sql) override {
    try {
      return replied(sql);
    } catch (const mysqlx::Error& error) {
      live::Reply reply;
      reply.error = refusal(error.what());
      return reply;
    }
  }

  std::uint64_t id() const override { return id_; }

 private:
  live::Reply replied(const std::string& sql) {
    mysqlx::SqlResult result = session_->sql(sql).execute();
    live::Reply reply;
    if (!result.hasData()) {
      reply.affected = static_cast<std::int64_t>(result.getAffectedItemsCount());
      return reply;
    }
    while (mysqlx::Row row = result.fetchOne()) {
      auto& values = reply.rows.emplace_back();
      for (mysqlx::col_count_t i = 0; i < row.colCount(); ++i) values.push_back(value_of(row[i]));
    }
    return reply;
  }

  /// The number of the last error; a session that cannot even say that is gone.
  ServerError refusal(std::string message) {
    std::string code = code_by_words(message);
    try {
      const live::Reply errors = replied("SHOW ERRORS LIMIT 1");
      if (!errors.rows.empty() && errors.rows.front().size() >= 3) {
        code = to_text(errors.rows.front()[1]);
        message = to_text(errors.rows.front()[2]);
      }
    } catch (const mysqlx::Error& gone) {
      lost(fmt::format("{}; {}", message, gone.what()));
    }
    if (code == "1053" || code == "3169" || code == "4031") lost(message);
    return {code.empty() ? "HY000" : code, live::censored(message, secret_)};
  }

  [[noreturn]] void lost(const std::string& why) const {
    throw EngineLost(fmt::format("the connection {} to {} is lost: {}", id_, shown_, live::censored(why, secret_)));
  }

  std::string shown_;
  std::optional<std::string> secret_;
  std::unique_ptr<mysqlx::Session> session_;
  std::uint64_t id_ = 0;
};

class XServer final : public MysqlServer {
 public:
  XServer(live::Url url, std::string shown) : MysqlServer(shown), url_(std::move(url)) {}

  std::unique_ptr<live::Connection> connect() override {
    auto connection = std::make_unique<live::ThreadedConnection>(std::make_unique<XSession>(url_, engine()));
    if (!known()) {
      const live::Reply version = live::ask(*connection, "SELECT VERSION()");
      if (!version.rows.empty()) learn(to_text(version.rows.at(0).at(0)), false);
    }
    return connection;
  }

 private:
  live::Url url_;
};

}  // namespace

std::vector<std::string> x_url_parameters() {
  std::vector<std::string> names{"ssl-mode"};
  for (const Parameter& parameter : parameters) names.emplace_back(parameter.name);
  return names;
}

std::unique_ptr<live::Server> make_x_server(live::Url url, std::string shown) {
  return std::make_unique<XServer>(std::move(url), std::move(shown));
}

}  // namespace gridlock::mysql

#else

namespace gridlock::mysql {

std::vector<std::string> x_url_parameters() { return {}; }

std::unique_ptr<live::Server> make_x_server(live::Url, std::string) { return nullptr; }

}  // namespace gridlock::mysql

#endif
