#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/node/node.h>  // defines what parser.h only declares
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <map>
#include <set>
#include <streambuf>
#include <string>

#include "workloads/yaml/tree.h"
#include "workloads/yaml/wording.h"

namespace gridlock::yaml {
namespace {

/// An alias inside an alias inside an alias ... grows exponentially; no honest workload comes near this.
constexpr std::size_t largest_tree = 1'000'000;

/// Reads a string_view without a copy of it.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // streambuf's get area is not const, and never written to
    setg(begin, begin, begin + text.size());
  }
};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, Problems& problems, const std::string& file)
      : text_(text), problems_(problems), file_(file) {}

  NodePtr root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = made(Node::Kind::null, mark);
    if (!is_written(node->offset)) move_back(*node);
    leaf(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    auto node = made(Node::Kind::scalar, mark);
    node->text = value;
    node->plain = tag == "?";
    leaf(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found != anchors_.end()) return put(found->second);
    auto node = made(Node::Kind::null, mark);
    problem(*node, "an alias stands inside its own anchor", "write the part out");
    put(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::list, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::map, mark, anchor);
  }
  void OnMapEnd() override {
    merge(*open_.back().node);
    close();
  }

 private:
  struct Open {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor;
    NodePtr key;                      ///< of a map: the key whose value is awaited
    std::set<std::string_view> keys;  ///< of a map: those that stand in it, `<<` aside
  };

  static std::shared_ptr<Node> made(Node::Kind kind, const YAML::Mark& mark) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->offset = static_cast<std::size_t>(mark.pos);
    node->line = mark.line + 1;
    node->column = mark.column + 1;
    return node;
  }

  /// `~` and `null` stand in the file; a value that is simply left out does not.
  bool is_written(std::size_t offset) const {
    const std::string_view rest = text_.substr(std::min(offset, text_.size()));
    const std::string_view word = rest.substr(0, rest.find_first_of(" \t\r\n,]}#:"));
    return word == "~" || word == "null" || word == "Null" || word == "NULL";
  }

  /// The library puts a missing value where the next thing begins; the user looks for it at its key or dash.
  void move_back(Node& node) const {
    if (!open_.empty() && open_.back().key) {
      const Node& key = *open_.back().key;
      return move_to(node, key.offset, key.line, key.column);
    }
    const std::string_view before = text_.substr(0, std::min(node.offset, text_.size()));
    const std::size_t dash = before.find_last_not_of(" \t\r\n");
    if (dash == std::string_view::npos || before[dash] != '-') return;
    const std::string_view between = before.substr(dash);
    const std::size_t line_end = before.rfind('\n', dash);
    move_to(node, dash, node.line - static_cast<int>(std::count(between.begin(), between.end(), '\n')),
            static_cast<int>(line_end == std::string_view::npos ? dash + 1 : dash - line_end));
  }

  static void move_to(Node& node, std::size_t offset, int line, int column) {
    node.offset = offset;
    node.line = line;
    node.column = column;
  }

  void problem(const Node& at, std::string message, std::string hint) {
    problems_.push_back({{file_, at.line, at.column}, std::move(message), std::move(hint)});
  }

  void open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    open_.push_back({made(kind, mark), anchor, nullptr, {}});
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    leaf(std::move(closed.node), closed.anchor);
  }

  void leaf(std::shared_ptr<Node> node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    put(std::move(node));
  }

  void put(NodePtr node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    grow(*parent.node, *node);
    if (parent.node->is_list()) return parent.node->items.push_back(std::move(node));
    if (!parent.key) {
      parent.key = std::move(node);
      return;
    }
    enter(parent, std::move(node));
    parent.key = nullptr;
  }

  void grow(Node& parent, const Node& child) {
    const bool was_small = parent.weight <= largest_tree;
    parent.weight += child.weight;
    if (was_small && parent.weight > largest_tree) too_large_ = true;
  }

  void enter(Open& map, NodePtr value) {
    const Node& key = *map.key;
    if (!key.is_scalar()) return problem(key, fmt::format("a key is {}", describe(key)), "a key is a plain word");
    if (key.text != "<<" && !map.keys.insert(key.text).second) return twice(*map.node, key);
    map.node->entries.emplace_back(map.key, std::move(value));
  }

  void twice(const Node& map, const Node& key) {
    for (const auto& [first, unused] : map.entries)
      if (first->text == key.text)
        return problem(key, fmt::format("the key `{}` stands twice", key.text),
                       fmt::format("the first one is on line {}; keep one of them", first->line));
  }

  /// `<<: *base`: the base's entries, as far as the map has not its own.
  void merge(Node& map) {
    std::vector<std::pair<NodePtr, NodePtr>> own, bases;
    for (auto& entry : map.entries) (entry.first->text == "<<" && entry.first->plain ? bases : own).push_back(entry);
    if (bases.empty()) return;
    map.entries = std::move(own);
    for (const auto& [key, base] : bases) {
      if (base->is_list())
        for (const auto& item : base->items) merge_one(map, *key, *item);
      else
        merge_one(map, *key, *base);
    }
  }

  void merge_one(Node& map, const Node& key, const Node& base) {
    if (!base.is_map())
      return problem(key, fmt::format("`<<` merges maps, but this is {}", describe(base)),
                     "name an anchored map: `<<: *name`");
    for (const auto& entry : base.entries)
      if (!map.find(entry.first->text)) map.entries.push_back(entry);
  }

 public:
  bool too_large() const { return too_large_; }

 private:
  std::string_view text_;
  Problems& problems_;
  const std::string& file_;
  NodePtr root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, NodePtr> anchors_;
  bool too_large_ = false;
};

/// What an empty text holds.
NodePtr nothing() {
  auto node = std::make_shared<Node>();
  node->line = node->column = 1;
  return node;
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name->text == key) return value.get();
  return nullptr;
}

std::string_view describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null: return "nothing";
    case Node::Kind::scalar: return "text";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a map";
  }
  return "nothing";
}

Document parse(std::string_view text, const std::string& file) {
  Document document;
  TreeBuilder builder(text, document.problems, file);
  ViewBuffer buffer(text);
  std::istream input(&buffer);
  try {
    YAML::Parser parser(input);
    if (parser.HandleNextDocument(builder)) document.root = builder.root();
    TreeBuilder second(text, document.problems, file);
    if (document.root && parser.HandleNextDocument(second) && second.root() && !second.root()->is_null())
      document.problems.push_back({{file, second.root()->line, second.root()->column},
                                   "a second document begins here",
                                   "a workload is one document: remove the `---`, or make two files"});
  } catch (const YAML::Exception& broken) {
    document.root = nullptr;
    document.problems = {reworded(text, file, broken.mark.line, broken.mark.column, broken.msg)};
    return document;
  }
  if (!document.root) document.root = nothing();
  if (builder.too_large()) {
    document.problems = {{{file, 1, 1}, "the aliases of this file write out to more than a million nodes", ""}};
    document.root = nullptr;
  }
  return document;
}

}  // namespace gridlock::yaml
