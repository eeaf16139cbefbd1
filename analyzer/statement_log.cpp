#include "analyzer/statement_log.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <utility>

#include "model/json.h"
#include "model/sql/parse.h"
#include "model/trace.h"

namespace gridlock {
namespace {

/// Puts statements together into transactions, session by session.
class Sessions {
 public:
  explicit Sessions(ReadStatements& read) : read_(read) {}

  void statement(const std::string& session, std::string sql) {
    while (!sql.empty() && (sql.back() == ';' || std::isspace(static_cast<unsigned char>(sql.back())) != 0))
      sql.pop_back();
    if (sql.empty()) return;
    ++read_.statements;
    Open& open = open_[session];
    const std::string word = first_word(sql);
    if (word == "BEGIN" || word == "START") {
      end(session, open);
      open.in_transaction = true;
    } else if (word == "COMMIT" || word == "END" || (word == "ROLLBACK" && sql.find(' ') == std::string::npos)) {
      end(session, open);
    } else if (word == "SET" || word == "SHOW" || word == "SAVEPOINT" || word == "RELEASE" || word == "USE") {
      return;  // locks nothing
    } else {
      open.statements.push_back(std::move(sql));
      if (!open.in_transaction) end(session, open);
    }
  }

  void end_all() {
    for (auto& [session, open] : open_) end(session, open);
  }
  void end(const std::string& session) { end(session, open_[session]); }

 private:
  struct Open {
    bool in_transaction = false;
    std::vector<std::string> statements;
  };

  static std::string first_word(const std::string& sql) {
    std::string word;
    for (const char c : sql) {
      if (std::isalpha(static_cast<unsigned char>(c)) == 0) break;
      word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return word;
  }

  void end(const std::string& session, Open& open) {
    if (!open.statements.empty()) read_.transactions.push_back({session, std::move(open.statements)});
    open = {};
  }

  ReadStatements& read_;
  std::map<std::string, Open> open_;
};

// ------------------------------------------------------------------------------------------------ PostgreSQL

/// `statement: SELECT 1`, `execute <unnamed>: SELECT $1`; parameters stand in the detail: `parameters: $1 = '7'`.
std::optional<std::string> statement_of(std::string_view message) {
  constexpr std::string_view plain = "statement: ";
  if (const auto at = message.find(plain); at == 0) return std::string(message.substr(plain.size()));
  if (!message.starts_with("execute ")) return std::nullopt;
  const auto colon = message.find(": ");
  if (colon == std::string_view::npos) return std::nullopt;
  return std::string(message.substr(colon + 2));
}

/// $1 and so on, replaced by what the detail says. Empty when one is not told.
std::string with_parameters(const std::string& sql, std::string_view detail) {
  if (sql.find('$') == std::string::npos) return sql;
  std::map<std::string, std::string> values;
  for (std::size_t at = detail.find('$'); at != std::string_view::npos; at = detail.find('$', at)) {
    std::size_t end = at + 1;
    while (end < detail.size() && std::isdigit(static_cast<unsigned char>(detail[end])) != 0) ++end;
    const std::string name(detail.substr(at, end - at));
    if (detail.substr(end, 3) != " = ") {
      at = end;
      continue;
    }
    std::size_t begin = end + 3, stop = begin;
    if (begin < detail.size() && detail[begin] == '\'') {
      for (++stop; stop < detail.size(); ++stop) {
        if (detail[stop] != '\'') continue;
        if (stop + 1 < detail.size() && detail[stop + 1] == '\'') {
          ++stop;
          continue;
        }
        ++stop;
        break;
      }
    } else {
      while (stop < detail.size() && detail[stop] != ',') ++stop;
    }
    values[name] = std::string(detail.substr(begin, stop - begin));
    at = stop;
  }
  std::string out;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    std::size_t end = i + 1;
    while (sql[i] == '$' && end < sql.size() && std::isdigit(static_cast<unsigned char>(sql[end])) != 0) ++end;
    if (end == i + 1) {
      out += sql[i];
      continue;
    }
    const auto value = values.find(sql.substr(i, end - i));
    if (value == values.end()) return "";
    out += value->second;
    i = end - 1;
  }
  return out;
}

class PostgresLines {
 public:
  PostgresLines(ReadStatements& read, Sessions& sessions) : read_(read), sessions_(sessions) {}

  void message(const std::string& session, const std::string& text, const std::string& detail) {
    auto sql = statement_of(text);
    if (!sql) return;
    std::string bound = with_parameters(*sql, detail);
    if (bound.empty())
      ++read_.skipped;
    else
      sessions_.statement(session, std::move(bound));
  }

 private:
  ReadStatements& read_;
  Sessions& sessions_;
};

void read_json(std::string_view text, ReadStatements& read, Sessions& sessions) {
  PostgresLines lines(read, sessions);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++read.lines;
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) continue;
    const auto field = [&](const char* name) {
      const auto found = json.find(name);
      return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    lines.message(field("session_id"), field("message"), field("detail"));
  }
}

/// One CSV record from `text`, which loses it.
std::vector<std::string> csv_record(std::string_view& text, std::uint64_t& lines) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++lines;
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c == '\n' && !quoted) {
      break;
    } else {
      fields.back() += c;
    }
  }
  text.remove_prefix(std::min(i + 1, text.size()));
  return fields;
}

void read_csv(std::string_view text, ReadStatements& read, Sessions& sessions) {
  constexpr std::size_t session_id = 5, message = 13, detail = 14;  // the manual's order, "Using CSV-Format Log Output"
  PostgresLines lines(read, sessions);
  while (!text.empty()) {
    const auto fields = csv_record(text, read.lines);
    if (fields.size() > detail) lines.message(fields[session_id], fields[message], fields[detail]);
  }
}

/// stderr: `... [pid] ... LOG:  statement: ...`; lines that begin with a tab go on with the message.
void read_stderr(std::string_view text, ReadStatements& read, Sessions& sessions) {
  PostgresLines lines(read, sessions);
  std::string session, message, detail;
  std::string* open = nullptr;
  const auto flush = [&] {
    if (!message.empty()) lines.message(session, message, detail);
    message.clear();
    detail.clear();
    open = nullptr;
  };
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++read.lines;
    if (line.starts_with('\t') && open != nullptr) {
      *open += "\n" + std::string(line.substr(1));
      continue;
    }
    const std::size_t log = line.find("LOG:  "), more = line.find("DETAIL:  ");
    if (more != std::string_view::npos && !message.empty()) {
      detail = std::string(line.substr(more + 9));
      open = &detail;
    } else {
      flush();
      if (log == std::string_view::npos) continue;
      const std::size_t bracket = line.find('['), close = line.find(']');
      session = bracket < close && close < log ? std::string(line.substr(bracket + 1, close - bracket - 1))
                                               : std::string(line.substr(0, log));
      message = std::string(line.substr(log + 6));
      open = &message;
    }
  }
  flush();
}

// ------------------------------------------------------------------------------------------------ MySQL

/// `2026-11-25T22:00:00.000000Z\t   12 Query\tUPDATE ...`; a line that does not begin so goes on with the statement.
void read_general(std::string_view text, ReadStatements& read, Sessions& sessions) {
  std::string session, sql;
  const auto flush = [&] {
    if (!sql.empty()) sessions.statement(session, std::exchange(sql, ""));
  };
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++read.lines;
    const std::size_t tab = line.find('\t');
    std::size_t at = tab == std::string_view::npos ? std::string_view::npos : line.find_first_of("0123456789", tab + 1);
    const bool dated = line.size() > 20 && std::isdigit(static_cast<unsigned char>(line[0])) != 0 && line[4] == '-';
    if (!dated || at == std::string_view::npos) {
      if (!sql.empty()) sql += "\n" + std::string(line);
      continue;
    }
    std::size_t stop = at;
    while (stop < line.size() && std::isdigit(static_cast<unsigned char>(line[stop])) != 0) ++stop;
    const std::string_view rest = line.substr(stop);
    flush();
    session = std::string(line.substr(at, stop - at));
    const std::size_t argument = rest.find('\t');
    const std::string_view command = rest.substr(0, argument);
    if ((command == " Query" || command == " Execute") && argument != std::string_view::npos)
      sql = std::string(rest.substr(argument + 1));
    if (command == " Quit") sessions.end(session);
  }
  flush();
}

// ------------------------------------------------------------------------------------------------ traces

void read_own_trace(std::string_view text, const std::string& file, ReadStatements& read, Sessions& sessions) {
  ReadTrace trace = read_trace(text, file);
  read.problems = std::move(trace.problems);
  read.schema = trace.trace.schema;
  read.dialect = trace.trace.engine.find("postgres") == std::string::npos ? "mysql" : "postgres";
  for (const Event& event : trace.trace.events) {
    ++read.lines;
    const auto* started = std::get_if<StatementStarted>(&event.what);
    if (started == nullptr) continue;
    const auto& names = trace.trace.sessions;
    sessions.statement(event.session < names.size() ? names[event.session] : std::to_string(event.session),
                       started->sql);
  }
}

bool is_csv(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  return std::count(line.begin(), line.end(), ',') >= 14;
}

}  // namespace

ReadStatements read_statement_log(std::string_view text, const std::string& file) {
  ReadStatements read;
  Sessions sessions(read);
  if (text.starts_with("{\"schema\":\"gridlock-trace/")) {
    read.format = "gridlock-trace";
    read_own_trace(text, file, read, sessions);
  } else if (text.starts_with("{")) {
    read.format = "postgresql-jsonlog";
    read_json(text, read, sessions);
  } else if (text.find("\tQuery\t") != std::string_view::npos || text.find(" Query\t") != std::string_view::npos) {
    read.format = "mysql-general";
    read_general(text, read, sessions);
  } else if (is_csv(text)) {
    read.format = "postgresql-csvlog";
    read_csv(text, read, sessions);
  } else if (text.find("LOG:  ") != std::string_view::npos) {
    read.format = "postgresql-stderr";
    read_stderr(text, read, sessions);
  }
  sessions.end_all();
  if (read.dialect.empty()) read.dialect = read.format == "mysql-general" ? "mysql" : "postgres";
  return read;
}

}  // namespace gridlock
