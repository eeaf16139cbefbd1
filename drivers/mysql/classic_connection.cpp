#include "drivers/mysql/classic_connection.h"

#include <errmsg.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>

#include "drivers/driver.h"
#include "drivers/live/poller.h"
#include "drivers/mysql/errors.h"

namespace gridlock::mysql {
namespace {

/// How long the end of a statement that was killed is waited for, when the connection is closed.
constexpr auto closing = std::chrono::seconds(5);

Value value_of(const MYSQL_FIELD& field, std::string_view text) {
  switch (field.type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR: {
      std::int64_t integer = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
      if (error == std::errc() && end == text.data() + text.size()) return integer;
      [[fallthrough]];
    }
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
      if (auto number = parse_number(text)) return *number;
      break;
    case MYSQL_TYPE_DATE:
      if (const auto date = parse_date(text)) return *date;
      break;
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
      if (const auto time = parse_datetime(text)) return *time;
      break;
    default: break;
  }
  return std::string(text);
}

std::vector<std::vector<Value>> rows_of(MYSQL_RES* result) {
  std::vector<std::vector<Value>> rows;
  const unsigned columns = mysql_num_fields(result);
  const MYSQL_FIELD* fields = mysql_fetch_fields(result);
  while (MYSQL_ROW row = mysql_fetch_row(result)) {
    const unsigned long* lengths = mysql_fetch_lengths(result);
    auto& values = rows.emplace_back();
    values.reserve(columns);
    for (unsigned i = 0; i < columns; ++i)
      values.push_back(row[i] == nullptr ? Value(Null{}) : value_of(fields[i], {row[i], lengths[i]}));
  }
  return rows;
}

void set(MYSQL* handle, const live::Url& url, const char* parameter, enum mysql_option option) {
  if (const auto found = url.parameters.find(parameter); found != url.parameters.end())
    mysql_optionsv(handle, option, found->second.c_str());
}

/// The words of MySQL's own client: disabled, preferred, required, verify_ca, verify_identity.
void set_tls(MYSQL* handle, const live::Url& url) {
  for (const auto& [parameter, option] : {std::pair{"ssl-ca", MYSQL_OPT_SSL_CA},
                                          {"ssl-capath", MYSQL_OPT_SSL_CAPATH},
                                          {"ssl-cert", MYSQL_OPT_SSL_CERT},
                                          {"ssl-key", MYSQL_OPT_SSL_KEY},
                                          {"ssl-cipher", MYSQL_OPT_SSL_CIPHER},
                                          {"ssl-crl", MYSQL_OPT_SSL_CRL},
                                          {"ssl-crlpath", MYSQL_OPT_SSL_CRLPATH},
                                          {"tls-version", MYSQL_OPT_TLS_VERSION}})
    set(handle, url, parameter, option);
  const auto mode = url.parameters.find("ssl-mode");
  const std::string word = mode == url.parameters.end() ? "" : mode->second;
  my_bool enforce = word == "required" || word == "verify_ca" || word == "verify_identity" ? 1 : 0;
  my_bool verify = word == "verify_ca" || word == "verify_identity" ? 1 : 0;
  mysql_optionsv(handle, MYSQL_OPT_SSL_ENFORCE, &enforce);
  mysql_optionsv(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
}

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace

ClassicConnection::ClassicConnection(const live::Url& url, std::string shown)
    : shown_(std::move(shown)), secret_(url.password), handle_(mysql_init(nullptr)) {
  MYSQL* handle = handle_.get();
  mysql_optionsv(handle, MYSQL_OPT_NONBLOCK, nullptr);
  // ~/.my.cnf, its [client] group: a password there needs to stand nowhere else. MYSQL_PWD is read by the library.
  mysql_optionsv(handle, MYSQL_READ_DEFAULT_GROUP, "client");
  mysql_optionsv(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_optionsv(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "gridlock");
  unsigned timeout = 10;
  if (const auto given = url.parameters.find("connect-timeout"); given != url.parameters.end())
    std::from_chars(given->second.data(), given->second.data() + given->second.size(), timeout);
  mysql_optionsv(handle, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
  set_tls(handle, url);
  const auto socket = url.parameters.find("socket");
  const bool local = socket != url.parameters.end();
  MYSQL* connected =
      mysql_real_connect(handle, local ? "localhost" : or_null(url.host), or_null(url.user),
                         url.password ? url.password->c_str() : nullptr, nullptr, url.port.value_or(0),
                         local ? socket->second.c_str() : nullptr, CLIENT_MULTI_STATEMENTS | CLIENT_MULTI_RESULTS);
  if (connected == nullptr)
    throw EngineLost(fmt::format("cannot connect to {}: {} ({})", shown_, live::censored(mysql_error(handle), secret_),
                                 mysql_errno(handle)));
  fd_ = static_cast<int>(mysql_get_socket(handle));
  id_ = mysql_thread_id(handle);
}

ClassicConnection::~ClassicConnection() {
  // A call that is under way has to come to its end before the library lets the connection be closed.
  const auto until = std::chrono::steady_clock::now() + closing;
  try {
    while (phase_ != Phase::idle && phase_ != Phase::complete && std::chrono::steady_clock::now() < until) {
      live::wait_for(fd_, wants_to_write(), 100'000);
      if (advance()) break;
    }
  } catch (const EngineLost&) {
    // That is an end, too.
  }
  if (result_ != nullptr) mysql_free_result(result_);
}

std::string ClassicConnection::server_version() const {
  const std::string text = mysql_get_server_info(handle_.get());
  return text.starts_with("5.5.5-") ? text.substr(6) : text;
}

void ClassicConnection::lost(const std::string& why) const {
  throw EngineLost(fmt::format("the connection {} to {} is lost: {}", id_, shown_, live::censored(why, secret_)));
}

void ClassicConnection::send(const std::string& sql) { begin(sql); }

bool ClassicConnection::send_in_new_transaction(const std::string& begin_sql, const std::string& sql) {
  begin(begin_sql + "\n;" + sql);
  return true;
}

void ClassicConnection::begin(const std::string& sql) {
  sql_ = sql;
  reply_ = {};
  phase_ = Phase::sending;
  wanted_ = mysql_real_query_start(&failed_, handle_.get(), sql_.data(), sql_.size());
  if (wanted_ == 0) went_on();
}

bool ClassicConnection::advance() {
  if (phase_ == Phase::complete) return true;
  if (phase_ == Phase::idle) {
    check_idle();
    return false;
  }
  MYSQL* handle = handle_.get();
  const int ready = wanted_ & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE);
  if (phase_ == Phase::sending) wanted_ = mysql_real_query_cont(&failed_, handle, ready);
  if (phase_ == Phase::storing) wanted_ = mysql_store_result_cont(&result_, handle, ready);
  if (phase_ == Phase::skipping) wanted_ = mysql_next_result_cont(&failed_, handle, ready);
  if (wanted_ == 0) went_on();
  return phase_ == Phase::complete;
}

/// The call under way has ended: the next one begins, and may end at once.
void ClassicConnection::went_on() {
  while (wanted_ == 0 && phase_ != Phase::complete) {
    if (phase_ == Phase::storing)
      stored();
    else if (failed_ > 0)
      refused();
    else
      store();
  }
}

void ClassicConnection::store() {
  phase_ = Phase::storing;
  wanted_ = mysql_store_result_start(&result_, handle_.get());
}

void ClassicConnection::stored() {
  MYSQL* handle = handle_.get();
  if (result_ != nullptr) {
    reply_.rows = rows_of(result_);
    reply_.affected = 0;
    mysql_free_result(std::exchange(result_, nullptr));
  } else if (mysql_field_count(handle) != 0) {
    return refused();
  } else {
    reply_.affected = static_cast<std::int64_t>(mysql_affected_rows(handle));
  }
  if (mysql_more_results(handle) != 0)
    next();
  else
    phase_ = Phase::complete;
}

/// BEGIN's own result is nobody's; of a procedure's several results the last with rows is the reply.
void ClassicConnection::next() {
  phase_ = Phase::skipping;
  wanted_ = mysql_next_result_start(&failed_, handle_.get());
}

void ClassicConnection::refused() {
  const unsigned code = mysql_errno(handle_.get());
  reply_.rows.clear();
  reply_.error = ServerError{std::to_string(code), mysql_error(handle_.get())};
  phase_ = Phase::complete;
  if (ends_session(code)) lost(reply_.error->message);
}

live::Reply ClassicConnection::take() {
  phase_ = Phase::idle;
  return std::exchange(reply_, {});
}

/// A server speaks unasked only to say good-bye.
void ClassicConnection::check_idle() const {
  char byte = 0;
  const auto count = recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  const bool encrypted = mysql_get_ssl_cipher(handle_.get()) != nullptr;
  if (count == 0 || (count > 0 && !encrypted)) lost("the server has closed it");
}

}  // namespace gridlock::mysql
