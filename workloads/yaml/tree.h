#pragma once
/// A YAML document as a tree whose every node knows where it stands in the file.
///
/// Aliases and merge keys (`<<: *name`) are resolved: an aliased node is the anchored one, with its place. Only this
/// room's parse.cpp knows the YAML library.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/problem.h"

namespace gridlock::yaml {

struct Node;
using NodePtr = std::shared_ptr<const Node>;

struct Node {
  enum class Kind : unsigned char { null, scalar, list, map };

  Kind kind = Kind::null;
  std::string text;                                  ///< a scalar's value
  bool plain = false;                                ///< a scalar without quotes and not a block: it may mean a number
  std::size_t offset = 0;                            ///< byte in the file where the node begins
  int line = 0;                                      ///< from 1
  int column = 0;                                    ///< from 1, in bytes
  std::vector<NodePtr> items;                        ///< of a list
  std::vector<std::pair<NodePtr, NodePtr>> entries;  ///< of a map, in the file's order; every key is a scalar, once
  std::size_t weight = 1;                            ///< nodes in this tree, aliases written out

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }

  /// The value of a map's key; null when it has none (or is no map).
  const Node* find(std::string_view key) const;
};

struct Document {
  NodePtr root;  ///< null when the text is no YAML at all; a null node when it is empty
  Problems problems;
};

/// The one document of a text. Broken YAML is one problem; a key that stands twice is a problem, and the first counts.
Document parse(std::string_view text, const std::string& file);

/// "a list", "a map", "text", "nothing": for messages.
std::string_view describe(const Node& node);

}  // namespace gridlock::yaml
