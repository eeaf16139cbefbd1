#pragma once
/// What every part of reading a workload shares: the file's text, and the problems found so far.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/driver.h"
#include "model/problem.h"
#include "model/sql/ast.h"
#include "workloads/yaml/tree.h"

namespace gridlock::read {

/// A statement and the scalar that it was written in, for the checks that need the whole file.
struct Written {
  std::shared_ptr<const Prepared> statement;
  const yaml::Node* scalar;  ///< owned by the document, which outlives the reading
  std::string dialect;       ///< "any", "mysql", "postgres"
  bool makes_tables;         ///< stands in `schema`
};

class Reader {
 public:
  Reader(std::string_view text, std::string file);

  std::string_view text() const { return text_; }
  const std::string& file() const { return file_; }

  Where where(const yaml::Node& node) const;

  void problem(const yaml::Node& at, std::string message, std::string hint = {});
  void problem(Where where, std::string message, std::string hint = {});

  /// In the file's order, each once.
  Problems problems() const;

  std::vector<Written> statements;

 private:
  std::string_view text_;
  std::string file_;
  Problems problems_;
};

/// A map of the file, read key by key. What was asked for is allowed; `done` makes a problem of everything else.
class Fields {
 public:
  /// `what` names the map in messages: "a session group". A node that is no map is a problem, and has no keys.
  Fields(Reader& reader, const yaml::Node& node, std::string what);

  const yaml::Node& node() const { return node_; }

  /// The key's value; null when the key is not there.
  const yaml::Node* find(std::string_view key);

  /// As `find`; a missing key is a problem.
  const yaml::Node* require(std::string_view key, std::string hint = {});

  /// The key's own node, to point at it. REQUIRES: the key is there.
  const yaml::Node& key(std::string_view key) const;

  /// Keys that were not asked for are problems, with "did you mean". A key that begins with `x-` is the user's own.
  /// True when there is none of them.
  bool done();

  /// A further key to name in `done`'s list.
  void allow(std::string_view key) { asked_.emplace_back(key); }

 private:
  Reader& reader_;
  const yaml::Node& node_;
  std::string what_;
  std::vector<std::string> asked_;
};

/// "did you mean `x`? " when one is near; then "it is one of `a`, `b`".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates, std::string_view list_intro);

/// `a`, `b`, `c`
std::string quoted_list(const std::vector<std::string>& words);

}  // namespace gridlock::read
