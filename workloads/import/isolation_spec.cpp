#include "workloads/import/isolation_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace gridlock {
namespace {

std::string trimmed(std::string_view text) {
  const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

/// specscanner.l: names, quoted names, `{ sql }`, `(`, `)`, `,`, `*`, numbers; `#` begins a comment.
class Scanner {
 public:
  struct Token {
    enum class Kind : unsigned char { name, sql, symbol, end } kind = Kind::end;
    std::string text;
    int line = 1;
  };

  Scanner(std::string_view text, std::string file) : text_(text), file_(std::move(file)) { advance(); }

  const Token& at() const { return token_; }
  bool at_word(std::string_view word) const { return token_.kind == Token::Kind::name && token_.text == word; }
  bool at_symbol(std::string_view symbol) const { return token_.kind == Token::Kind::symbol && token_.text == symbol; }
  Token take() {
    Token token = token_;
    advance();
    return token;
  }
  Problem expected(const std::string& what) const {
    const std::string got = token_.kind == Token::Kind::end ? "the end of the file" : "`" + token_.text + "`";
    return {{file_, token_.line, 1}, fmt::format("expected {}, found {}", what, got), ""};
  }
  bool unclosed() const { return unclosed_; }

 private:
  void skip_blanks() {
    while (place_ < text_.size()) {
      const char c = text_[place_];
      if (c == '#') {
        while (place_ < text_.size() && text_[place_] != '\n') ++place_;
      } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        line_ += c == '\n';
        ++place_;
      } else {
        return;
      }
    }
  }

  void until(char end, Token::Kind kind) {
    const std::size_t begin = ++place_;
    while (place_ < text_.size() && text_[place_] != end) line_ += text_[place_++] == '\n';
    unclosed_ = unclosed_ || place_ == text_.size();
    token_.kind = kind;
    token_.text = std::string(text_.substr(begin, place_ - begin));
    if (place_ < text_.size()) ++place_;
  }

  void advance() {
    skip_blanks();
    token_ = {Token::Kind::end, "", line_};
    if (place_ == text_.size()) return;
    const char c = text_[place_];
    if (c == '{') return until('}', Token::Kind::sql);
    if (c == '"') return until('"', Token::Kind::name);
    const auto in_name = [](char x) {
      return std::isalnum(static_cast<unsigned char>(x)) != 0 || x == '_' || x == '-';
    };
    if (!in_name(c)) {
      token_.kind = Token::Kind::symbol;
      token_.text = text_.substr(place_++, 1);
      return;
    }
    token_.kind = Token::Kind::name;
    while (place_ < text_.size() && in_name(text_[place_])) token_.text += text_[place_++];
  }

  std::string_view text_;
  std::string file_;
  std::size_t place_ = 0;
  int line_ = 1;
  bool unclosed_ = false;
  Token token_;
};

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : scanner_(text, file) {}

  ReadIsolationSpec parse() {
    while (problems_.empty() && scanner_.at().kind != Scanner::Token::Kind::end) part();
    if (problems_.empty() && scanner_.unclosed()) problems_.push_back(scanner_.expected("`}` or a closing quote"));
    if (problems_.empty() && spec_.sessions.empty()) problems_.push_back(scanner_.expected("a session"));
    if (problems_.empty()) check_steps();
    return {std::move(spec_), std::move(problems_)};
  }

 private:
  std::string name(const char* what) {
    if (scanner_.at().kind == Scanner::Token::Kind::name) return scanner_.take().text;
    fail(what);
    return "";
  }
  std::string block() {
    if (scanner_.at().kind == Scanner::Token::Kind::sql) {  // as the tester prints it: a first empty line stays
      std::string sql = scanner_.take().text;
      sql.erase(0, std::min(sql.find_first_not_of(" \t\r\f"), sql.size()));
      sql.erase(sql.find_last_not_of(" \t\r\f\n") + 1);
      return sql;
    }
    fail("SQL between { and }");
    return "";
  }
  void fail(const std::string& what) {
    if (problems_.empty()) problems_.push_back(scanner_.expected(what));
  }

  void part() {
    IsolationSpec::Session* session = spec_.sessions.empty() ? nullptr : &spec_.sessions.back();
    if (scanner_.at_word("setup")) {
      scanner_.take();
      if (session != nullptr)
        session->setup = block();
      else
        spec_.setup.push_back(block());
    } else if (scanner_.at_word("teardown")) {
      scanner_.take();
      (session != nullptr ? session->teardown : spec_.teardown) = block();
    } else if (scanner_.at_word("session")) {
      scanner_.take();
      spec_.sessions.push_back({name("a session's name"), "", "", {}});
    } else if (scanner_.at_word("step") && session != nullptr) {
      scanner_.take();
      const std::string step = name("a step's name");
      session->steps.push_back({step, block()});
    } else if (scanner_.at_word("permutation")) {
      scanner_.take();
      permutation();
    } else {
      fail("setup, teardown, session, step or permutation");
    }
  }

  void permutation() {
    std::vector<IsolationSpec::PermutationStep> steps;
    while (scanner_.at().kind == Scanner::Token::Kind::name && !scanner_.at_word("permutation")) {
      IsolationSpec::PermutationStep step{scanner_.take().text, {}};
      if (scanner_.at_symbol("(")) markers(step);
      steps.push_back(std::move(step));
      if (!problems_.empty()) return;
    }
    spec_.permutations.push_back(std::move(steps));
  }

  void markers(IsolationSpec::PermutationStep& step) {
    do {
      scanner_.take();
      IsolationSpec::Marker marker;
      if (scanner_.at_symbol("*")) {
        scanner_.take();
        marker.waits = true;
      } else {
        marker.step = name("a step's name or *");
        if (scanner_.at_word("notices")) {
          scanner_.take();
          name("a number");
          marker.starts = true;
        }
      }
      step.markers.push_back(std::move(marker));
    } while (problems_.empty() && scanner_.at_symbol(","));
    if (scanner_.at_symbol(")"))
      scanner_.take();
    else
      fail("`)`");
  }

  void check_steps() {
    const auto known = [&](const std::string& step) {
      return std::any_of(spec_.sessions.begin(), spec_.sessions.end(), [&](const IsolationSpec::Session& session) {
        return std::any_of(session.steps.begin(), session.steps.end(),
                           [&](const IsolationSpec::Step& one) { return one.name == step; });
      });
    };
    for (const auto& permutation : spec_.permutations)
      for (const auto& step : permutation)
        if (!known(step.step))
          problems_.push_back(
              {{}, fmt::format("a permutation names the step `{}`, which there is not", step.step), ""});
  }

  Scanner scanner_;
  IsolationSpec spec_;
  Problems problems_;
};

void interleave(const IsolationSpec& spec, std::vector<std::size_t>& done, std::vector<std::string>& order,
                std::vector<std::vector<std::string>>& all) {
  bool more = false;
  for (std::size_t s = 0; s < spec.sessions.size(); ++s) {
    if (done[s] == spec.sessions[s].steps.size()) continue;
    more = true;
    order.push_back(spec.sessions[s].steps[done[s]++].name);
    interleave(spec, done, order, all);
    order.pop_back();
    --done[s];
  }
  if (!more) all.push_back(order);
}

}  // namespace

ReadIsolationSpec read_isolation_spec(std::string_view text, const std::string& file) {
  return Parser(text, file).parse();
}

std::vector<std::vector<std::string>> interleavings(const IsolationSpec& spec) {
  std::vector<std::vector<std::string>> all;
  std::vector<std::size_t> done(spec.sessions.size(), 0);
  std::vector<std::string> order;
  interleave(spec, done, order, all);
  return all;
}

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> parts;
  std::string current;
  const auto flush = [&] {
    if (std::string part = trimmed(current); !part.empty()) parts.push_back(std::move(part));
    current.clear();
  };
  for (std::size_t i = 0; i < sql.size();) {
    const std::string_view rest = sql.substr(i);
    std::size_t length = 1;
    if (rest.starts_with("--")) {
      i += std::min(rest.find('\n'), rest.size());
      continue;
    }
    if (rest.starts_with("/*")) {
      const auto end = rest.find("*/");
      i += end == std::string_view::npos ? rest.size() : end + 2;
      continue;
    }
    if (rest[0] == '\'' || rest[0] == '"') {
      const auto end = rest.find(rest[0], 1);
      length = end == std::string_view::npos ? rest.size() : end + 1;
    } else if (rest[0] == '$') {
      const auto close = rest.find('$', 1);
      const std::string_view tag = close == std::string_view::npos ? rest.substr(0, 1) : rest.substr(0, close + 1);
      const auto end = tag.size() < 2 ? std::string_view::npos : rest.find(tag, tag.size());
      if (end != std::string_view::npos) length = end + tag.size();
    } else if (rest[0] == ';') {
      flush();
      ++i;
      continue;
    }
    current += rest.substr(0, length);
    i += length;
  }
  flush();
  return parts;
}

}  // namespace gridlock
