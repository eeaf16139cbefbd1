#include "drivers/live/place.h"

#include <fmt/format.h>

#include <random>
#include <utility>

#include "drivers/live/ask.h"
#include "model/sql/print.h"

namespace gridlock::live {
namespace {

/// Rows in one INSERT: enough that round trips cost nothing, short enough for every server's packet limit.
constexpr std::size_t rows_at_once = 500;

std::string name_by_chance() { return fmt::format("gridlock_{:08x}", std::random_device{}()); }

Problem refused(const std::string& what, const ServerError& error) {
  return {{}, fmt::format("{}: {} ({})", what, error.message, error.code), ""};
}

sql::Name plain(const std::string& text) { return {text, {}, false}; }

std::string insert_of(const TableData& data, std::size_t begin, std::size_t end, sql::Dialect dialect) {
  std::string text = fmt::format("INSERT INTO {} (", sql::identifier(plain(data.table), dialect));
  for (std::size_t i = 0; i < data.columns.size(); ++i)
    text += (i == 0 ? "" : ", ") + sql::identifier(plain(data.columns[i]), dialect);
  text += ") VALUES ";
  for (std::size_t row = begin; row < end; ++row) {
    text += row == begin ? "(" : ", (";
    for (std::size_t i = 0; i < data.rows[row].size(); ++i)
      text += (i == 0 ? "" : ", ") + sql::literal(data.rows[row][i], dialect);
    text += ")";
  }
  return text;
}

}  // namespace

Problems RunPlace::make(Connection& control, const std::string& workload) {
  made_ = false;
  name_ = options_.place.empty() ? name_by_chance() : options_.place;
  const Reply known = ask(control, server_.place_query(name_));
  if (known.error)
    return {refused(fmt::format("cannot look for the {} {}", server_.place_word(), name_), *known.error)};
  const std::vector<Place> places = server_.read_places(known);
  bool exists = options_.join && !places.empty();
  if (options_.join && !exists)
    return {{{},
             fmt::format("there is no {} {} to join", server_.place_word(), name_),
             "make it first: gridlock run WORKLOAD --shard 0/N --run-schema NAME --keep"}};
  for (const Place& place : options_.join ? std::vector<Place>{} : places) {
    exists = true;
    if (place.in_use)
      return {{{},
               fmt::format("the {} {} is in use by another run", server_.place_word(), name_),
               "wait for its end, or leave out --run-schema"}};
    if (!place.marked && !options_.reuse)
      return {{{},
               fmt::format("the {} {} was not made by gridlock, and is not touched", server_.place_word(), name_),
               "leave out --run-schema: each run makes its own; or add --use-existing-schema to play in it"}};
    if (place.marked)
      if (const Reply dropped = ask(control, server_.drop_place(name_)); dropped.error)
        return {refused(fmt::format("cannot drop the {} {} of an earlier run", server_.place_word(), name_),
                        *dropped.error)};
    if (place.marked) exists = false;
  }
  if (!exists) {
    for (const std::string& sql :
         server_.make_place(name_, fmt::format("made by gridlock for the workload {}", workload))) {
      const Reply reply = ask(control, sql);
      if (reply.error)
        return {{{},
                 fmt::format("cannot make the run's own {}: {} ({})", server_.place_word(), reply.error->message,
                             reply.error->code),
                 "docs/engines.md lists the privileges that a run needs"}};
      made_ = made_ || sql.starts_with("CREATE");
    }
  }
  const Reply entered = ask(control, server_.enter_place(name_));
  return entered.error ? Problems{refused(fmt::format("cannot use {}", name_), *entered.error)} : Problems{};
}

Problems RunPlace::fill(Connection& control, const Setup& setup) {
  Problems problems;
  if (options_.join) return problems;
  for (const auto& statement : setup.schema) {
    const Reply reply = ask(control, statement->text);
    if (!reply.error) continue;
    problems.push_back(
        {statement->where, fmt::format("the schema fails: {} ({})", reply.error->message, reply.error->code), ""});
  }
  if (!problems.empty()) return problems;
  std::vector<std::string> tables;
  for (const TableData& data : setup.data) {
    const Problems found = load(control, data);
    problems.insert(problems.end(), found.begin(), found.end());
    tables.push_back(data.table);
  }
  if (const std::string sql = server_.after_loading(tables); !sql.empty() && problems.empty()) ask(control, sql);
  return problems;
}

Problems RunPlace::load(Connection& control, const TableData& data) {
  Problems problems;
  ask(control, "BEGIN");
  for (std::size_t row = 0; row < data.rows.size() && problems.empty(); row += rows_at_once) {
    const std::size_t end = std::min(row + rows_at_once, data.rows.size());
    const Reply reply = ask(control, insert_of(data, row, end, server_.dialect()));
    if (reply.error) problems.push_back(refused(fmt::format("data of table {}", data.table), *reply.error));
  }
  ask(control, problems.empty() ? "COMMIT" : "ROLLBACK");
  return problems;
}

std::string RunPlace::drop(Connection& control) {
  if (!made_) return {};
  const Reply reply = ask(control, server_.drop_place(name_));
  if (reply.error) return reply.error->message;
  made_ = false;
  return {};
}

std::vector<std::string> RunPlace::left_behind(Connection& control) const {
  const Reply reply = ask(control, server_.places_query());
  std::vector<std::string> sentences;
  if (reply.error) return sentences;
  for (const Place& place : server_.read_places(reply)) {
    if (!place.marked || place.in_use || place.name == name_) continue;
    sentences.push_back(fmt::format("the {} {} of an earlier run is still on the server; to drop it: {}",
                                    server_.place_word(), place.name, server_.drop_place(place.name)));
  }
  return sentences;
}

}  // namespace gridlock::live
