#include "drivers/postgres/connection.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "drivers/driver.h"
#include "drivers/live/url.h"
#include "drivers/postgres/values.h"

namespace gridlock::postgres {
namespace {

/// `ERROR:  deadlock detected\nDETAIL:  ...` and the rest, as libpq prints it: where each part begins.
struct ErrorText {
  std::string message, detail, hint;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == '\n' || text.front() == ' ')) text.remove_prefix(1);
  return text;
}

/// Labels are translated, but stand alone at the beginning of a line with two blanks behind; the order of the parts is
/// always the same (libpq, fe-protocol3.c, pqBuildErrorMessage3).
ErrorText parts_of(std::string_view text) {
  ErrorText parts;
  std::string* part = &parts.message;
  std::string rest;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t label = line.find(":  ");
    const bool labelled = label != std::string_view::npos && label < 24 && line.find(' ') > label;
    if (first && labelled) line.remove_prefix(label + 3);
    if (!first && labelled) {
      part = line.starts_with("DETAIL") ? &parts.detail : line.starts_with("HINT") ? &parts.hint : &rest;
      line.remove_prefix(label + 3);
    } else if (!first && line.starts_with("LINE ")) {
      part = &rest;  // the place in the statement, with a caret below
    }
    if (!part->empty()) *part += '\n';
    *part += line;
    first = false;
  }
  return parts;
}

ServerError error_of(const std::exception& error, std::string code) {
  const ErrorText parts = parts_of(trimmed(error.what()));
  std::string message = std::string(trimmed(parts.message));
  if (!parts.detail.empty()) message += fmt::format(" ({})", parts.detail);
  if (!parts.hint.empty()) message += fmt::format(" (hint: {})", parts.hint);
  return {std::move(code), std::move(message)};
}

/// The session is gone when the server says so: administrator's command, crash, shutdown, and broken connections.
bool ends_session(const std::string& code) {
  return code.starts_with("08") || code == "57P01" || code == "57P02" || code == "57P03" || code == "57P05";
}

live::Reply reply_of(const pqxx::result& result) {
  live::Reply reply;
  reply.affected = static_cast<std::int64_t>(result.affected_rows());
  const auto columns = result.columns();
  if (columns == 0) return reply;
  reply.affected = 0;
  reply.rows.resize(static_cast<std::size_t>(result.size()));
  for (pqxx::result::size_type row = 0; row < result.size(); ++row) {
    auto& values = reply.rows[static_cast<std::size_t>(row)];
    values.reserve(static_cast<std::size_t>(columns));
    for (pqxx::row::size_type column = 0; column < columns; ++column) {
      const auto field = result[row][column];
      values.push_back(field.is_null() ? Value(Null{}) : value_of(result.column_type(column), bytes_of(field)));
    }
  }
  return reply;
}

}  // namespace

PqxxConnection::PqxxConnection(const std::string& conninfo, std::string shown, std::optional<std::string> secret)
    : shown_(std::move(shown)), secret_(std::move(secret)) {
  try {
    connection_ = std::make_unique<pqxx::connection>(conninfo);
    stay_broken(*connection_);
    transaction_ = std::make_unique<pqxx::nontransaction>(*connection_);
    pipeline_ = std::make_unique<pqxx::pipeline>(*transaction_);
    pipeline_->retain(0);
    fd_ = connection_->sock();
    id_ = static_cast<std::uint64_t>(connection_->backendpid());
    version_ = server_version_of(*connection_);
  } catch (const std::exception& error) {
    throw EngineLost(
        fmt::format("cannot connect to {}: {}", shown_, live::censored(std::string(trimmed(error.what())), secret_)));
  }
}

PqxxConnection::~PqxxConnection() {
  // A pipeline that is destroyed while a statement is under way asks the server to cancel it.
  pipeline_.reset();
  transaction_.reset();
  connection_.reset();
}

void PqxxConnection::lost(const std::exception& why) const {
  throw EngineLost(fmt::format("the connection {} to {} is lost: {}", id_, shown_,
                               live::censored(std::string(trimmed(why.what())), secret_)));
}

void PqxxConnection::send(const std::string& sql) {
  try {
    query_ = pipeline_->insert(sql);
  } catch (const std::exception& error) {
    lost(error);
  }
}

bool PqxxConnection::send_in_new_transaction(const std::string& begin, const std::string& sql) {
  try {
    pipeline_->retain(2);
    begin_ = pipeline_->insert(begin);
    query_ = pipeline_->insert(sql);
    pipeline_->retain(0);  // sends both at once
  } catch (const std::exception& error) {
    lost(error);
  }
  return true;
}

bool PqxxConnection::advance() {
  try {
    if (!query_) {
      connection_->get_notifs();  // reads what came unasked; throws when the server has hung up
      return false;
    }
    pipeline_->resume();
    return pipeline_->is_finished(*query_);
  } catch (const std::exception& error) {
    lost(error);
  }
}

live::Reply PqxxConnection::take() {
  const auto query = *std::exchange(query_, std::nullopt);
  try {
    if (const auto begin = std::exchange(begin_, std::nullopt)) pipeline_->retrieve(*begin);
    return reply_of(pipeline_->retrieve(query));
  } catch (const std::exception& error) {
    std::string code = sqlstate_of(error);
    if (code.empty() || ends_session(code)) lost(error);
    live::Reply reply;
    reply.error = error_of(error, std::move(code));
    reply.account = std::string(trimmed(error.what()));
    return reply;
  }
}

void PqxxConnection::cancel() {
  try {
    connection_->cancel_query();
  } catch (const std::exception&) {
    // Best effort: the connection is closed in any case.
  }
}

}  // namespace gridlock::postgres
