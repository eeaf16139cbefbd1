#include "workloads/read/distributions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "workloads/read/scalars.h"

namespace gridlock::read {
namespace {

const std::vector<std::string>& kinds() {
  static const std::vector<std::string> words{"uniform", "zipf", "sequence", "list", "normal", "constant", "pattern"};
  return words;
}

std::string_view example(std::string_view kind) {
  if (kind == "uniform") return "write `{uniform: [1, 100]}`";
  if (kind == "zipf") return "write `{zipf: [1, 100]}` or `{zipf: {range: [1, 100], theta: 0.9}}`";
  if (kind == "sequence") return "write `sequence` or `{sequence: {start: 1, step: 1}}`";
  if (kind == "list") return "write `{list: [red, green]}` or, with weights, `{list: {red: 3, green: 1}}`";
  if (kind == "normal") return "write `{normal: {mean: 50, deviation: 10, min: 1, max: 100}}`";
  if (kind == "pattern") return "write `{pattern: 'user{n}'}`";
  return "write `{constant: 5}`";
}

int scale_of(const Value& value) {
  const auto* decimal = std::get_if<Decimal>(&value);
  return decimal ? decimal->scale : 0;
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<Decimal>(value) ||
         std::holds_alternative<double>(value);
}

/// Both ends of one kind, so that drawing need not care; nothing when there is none.
std::optional<Uniform> of_one_kind(const Value& low, const Value& high) {
  if (low.index() == high.index() && scale_of(low) == scale_of(high))
    return is_null(low) || std::holds_alternative<std::string>(low) ? std::nullopt : std::optional(Uniform{low, high});
  if (!is_number(low) || !is_number(high)) return std::nullopt;
  if (std::holds_alternative<double>(low) || std::holds_alternative<double>(high))
    return Uniform{as_double(low), as_double(high)};
  const int scale = std::max(scale_of(low), scale_of(high));
  const auto from = as_decimal(low, scale), to = as_decimal(high, scale);
  return from && to ? std::optional(Uniform{*from, *to}) : std::nullopt;
}

/// Reads one distribution.
class DistributionReader {
 public:
  DistributionReader(Reader& reader, Drawn drawn, std::string_view what)
      : reader_(reader), drawn_(drawn), what_(what) {}

  std::optional<Distribution> read(const yaml::Node& node, const std::vector<std::string>& also_allowed) {
    if (node.is_map()) return from_map(node, also_allowed);
    if (node.is_list()) {
      reader_.problem(node, fmt::format("{} is drawn from a list, but a list alone does not say how", what_),
                      "write `{list: [...]}` for one of its values, `{uniform: [low, high]}` for a range");
      return std::nullopt;
    }
    if (node.plain && node.text == "sequence") return Sequence{};
    if (node.plain && drawn_ == Drawn::values && looks_like_a_kind(node)) return std::nullopt;
    const auto found = single(node);
    return found ? std::optional<Distribution>(Constant{*found}) : std::nullopt;
  }

 private:
  /// A bare `uniform` or a misspelt `sequnce` is not meant as a text.
  bool looks_like_a_kind(const yaml::Node& node) {
    const std::string near = node.text.size() >= 4 ? did_you_mean(node.text, kinds()) : "";
    if (near.empty()) return false;
    reader_.problem(node, fmt::format("`{}` alone is not a distribution", node.text),
                    fmt::format("{}; quote the word if it is the value", example(near)));
    return true;
  }

  std::optional<Value> single(const yaml::Node& node) {
    if (drawn_ == Drawn::values) return value(reader_, node, what_);
    const auto time = duration(reader_, node, what_);
    return time ? std::optional<Value>(time->micros) : std::nullopt;
  }

  std::optional<Distribution> from_map(const yaml::Node& node, const std::vector<std::string>& also_allowed) {
    std::string kind;
    for (const auto& [key, unused] : node.entries) {
      if (std::find(kinds().begin(), kinds().end(), key->text) == kinds().end()) continue;
      if (!kind.empty()) {
        reader_.problem(*key, fmt::format("{} has two distributions, `{}` and `{}`", what_, kind, key->text),
                        "keep one");
        return std::nullopt;
      }
      kind = key->text;
    }
    if (kind.empty()) return no_kind(node, also_allowed);
    Fields fields(reader_, node, fmt::format("{}'s distribution", what_));
    for (const auto& key : also_allowed) fields.allow(key);
    auto found = of_kind(kind, *fields.find(kind), fields);
    fields.done();
    return found;
  }

  std::optional<Distribution> no_kind(const yaml::Node& node, const std::vector<std::string>& also_allowed) {
    for (const auto& [key, unused] : node.entries)
      if (std::find(also_allowed.begin(), also_allowed.end(), key->text) == also_allowed.end()) {
        reader_.problem(*key, fmt::format("unknown distribution `{}`", key->text),
                        suggestion(key->text, kinds(), "it is one of "));
        return std::nullopt;
      }
    reader_.problem(node, fmt::format("{} has no distribution", what_),
                    fmt::format("it is one of {}", quoted_list(kinds())));
    return std::nullopt;
  }

  std::optional<Distribution> of_kind(const std::string& kind, const yaml::Node& node, Fields& fields) {
    if (kind == "uniform") return uniform(node);
    if (kind == "zipf") return zipf(node);
    if (kind == "sequence") return sequence(node);
    if (kind == "list") return list(node, fields);
    if (kind == "normal") return normal(node);
    if (kind == "pattern") return pattern(node);
    const auto found = single(node);
    return found ? std::optional<Distribution>(Constant{*found}) : std::nullopt;
  }

  std::nullopt_t refuse(const yaml::Node& node, std::string message, std::string_view kind) {
    reader_.problem(node, std::move(message), std::string(example(kind)));
    return std::nullopt;
  }

  std::optional<Distribution> uniform(const yaml::Node& node) {
    if (!node.is_list() || node.items.size() != 2)
      return refuse(node, "`uniform` takes the lowest and the highest value", "uniform");
    const auto low = single(*node.items[0]), high = single(*node.items[1]);
    if (!low || !high) return std::nullopt;
    const auto range = of_one_kind(*low, *high);
    if (!range) return refuse(node, "`uniform` takes two numbers or two dates", "uniform");
    if (compare(range->low, range->high) > 0) return backwards(node);
    return *range;
  }

  std::nullopt_t backwards(const yaml::Node& range) {
    const auto &low = range.items[0]->text, &high = range.items[1]->text;
    reader_.problem(range, fmt::format("the range from {} to {} is empty", low, high),
                    fmt::format("the lower value first: `[{}, {}]`", high, low));
    return std::nullopt;
  }

  std::optional<Distribution> zipf(const yaml::Node& node) {
    const yaml::Node* range = &node;
    const yaml::Node* theta = nullptr;
    if (node.is_map()) {
      Fields fields(reader_, node, "`zipf`");
      range = fields.require("range", std::string(example("zipf")));
      theta = fields.find("theta");
      fields.done();
      if (!range) return std::nullopt;
    } else if (node.is_list() && node.items.size() == 3) {
      theta = node.items[2].get();
    }
    const std::size_t most = range == &node ? 3 : 2;
    if (!range->is_list() || range->items.size() < 2 || range->items.size() > most)
      return refuse(*range, "`zipf` takes the lowest and the highest value", "zipf");
    return zipf(*range, theta);
  }

  std::optional<Distribution> zipf(const yaml::Node& range, const yaml::Node* theta) {
    const auto low = whole(*range.items[0]), high = whole(*range.items[1]);
    const auto skew = theta ? number(reader_, *theta, "`theta`") : std::optional<double>(Zipfian{}.theta);
    if (!low || !high || !skew) return std::nullopt;
    if (*low > *high) return backwards(range);
    if (theta && (*skew <= 0 || *skew >= 1)) {
      reader_.problem(*theta, fmt::format("`theta` is between 0 and 1, but this is {}", *skew),
                      "0.99 is the usual skew; nearer to 0 is more even");
      return std::nullopt;
    }
    return Zipfian{*low, *high, *skew};
  }

  std::optional<std::int64_t> whole(const yaml::Node& node) {
    if (drawn_ == Drawn::values) return whole_number(reader_, node, what_, std::numeric_limits<std::int64_t>::min());
    const auto time = duration(reader_, node, what_);
    return time ? std::optional(time->micros) : std::nullopt;
  }

  std::optional<Distribution> sequence(const yaml::Node& node) {
    Sequence result;
    if (node.is_null()) return result;
    if (!node.is_map()) return refuse(node, "`sequence` takes a map", "sequence");
    Fields fields(reader_, node, "`sequence`");
    if (const auto* start = fields.find("start")) result.start = whole(*start).value_or(1);
    if (const auto* step = fields.find("step")) result.step = whole(*step).value_or(1);
    if (const auto* own = fields.find("per_session"))
      result.per_session = truth(reader_, *own, "`per_session`").value_or(false);
    fields.done();
    return result;
  }

  std::optional<Distribution> list(const yaml::Node& node, Fields& fields) {
    OneOf result;
    const yaml::Node* weights = fields.find("weights");
    if (node.is_map()) {
      for (const auto& [key, weight] : node.entries) {
        result.values.push_back(drawn_ == Drawn::values ? value_of(*key) : single(*key).value_or(Null{}));
        result.weights.push_back(weight_of(*weight));
      }
    } else if (node.is_list()) {
      for (const auto& item : node.items) result.values.push_back(single(*item).value_or(Null{}));
    }
    if (result.values.empty()) return refuse(node, "`list` takes a list of values", "list");
    if (weights && !read_weights(*weights, result)) return std::nullopt;
    double sum = result.weights.empty() ? 1 : 0;
    for (const double weight : result.weights) sum += weight;
    if (sum <= 0) return refuse(node, "no value of the list has a weight above 0", "list");
    return result;
  }

  bool read_weights(const yaml::Node& node, OneOf& result) {
    if (!node.is_list() || !result.weights.empty()) {
      reader_.problem(node, "`weights` is a list of numbers beside a list of values", std::string(example("list")));
      return false;
    }
    for (const auto& item : node.items) result.weights.push_back(weight_of(*item));
    if (result.weights.size() == result.values.size()) return true;
    reader_.problem(node,
                    fmt::format("the list has {} values, `weights` {}", result.values.size(), result.weights.size()),
                    "give one weight for each value");
    return false;
  }

  double weight_of(const yaml::Node& node) {
    const double weight = number(reader_, node, "a weight").value_or(1);
    if (weight < 0) reader_.problem(node, fmt::format("a weight is 0 or more, but this is {}", weight));
    return weight;
  }

  std::optional<Distribution> normal(const yaml::Node& node) {
    if (!node.is_map()) return refuse(node, "`normal` takes a map", "normal");
    Normal result;
    int scale = 0;
    Fields fields(reader_, node, "`normal`");
    const auto mean = part(fields.require("mean", std::string(example("normal"))), "`mean`", scale);
    const auto deviation = part(fields.require("deviation", std::string(example("normal"))), "`deviation`", scale);
    result.low = part(fields.find("min"), "`min`", scale);
    result.high = part(fields.find("max"), "`max`", scale);
    fields.done();
    if (!mean || !deviation) return std::nullopt;
    if (*deviation < 0) return refuse(*node.find("deviation"), "`deviation` is 0 or more", "normal");
    if (result.low && result.high && *result.low > *result.high)
      return refuse(*node.find("max"), "`max` is below `min`", "normal");
    result.mean = *mean;
    result.deviation = *deviation;
    result.scale = static_cast<std::int8_t>(std::min(scale, 9));
    return result;
  }

  /// One number of a normal distribution. What is drawn has as many digits after the point as the longest of them.
  std::optional<double> part(const yaml::Node* node, std::string_view name, int& scale) {
    if (!node) return std::nullopt;
    if (drawn_ == Drawn::durations) {
      const auto time = duration(reader_, *node, name);
      return time ? std::optional(static_cast<double>(time->micros)) : std::nullopt;
    }
    const auto found = number(reader_, *node, name);
    if (found) scale = std::max(scale, scale_of(value_of(*node)));
    return found;
  }

  std::optional<Distribution> pattern(const yaml::Node& node) {
    if (drawn_ == Drawn::durations) return refuse(node, "a time has no pattern", "uniform");
    const auto found = text(reader_, node, "`pattern`");
    return found ? std::optional<Distribution>(Pattern{*found}) : std::nullopt;
  }

  Reader& reader_;
  Drawn drawn_;
  std::string_view what_;
};

}  // namespace

std::optional<Distribution> distribution(Reader& reader, const yaml::Node& node, Drawn drawn, std::string_view what,
                                         const std::vector<std::string>& also_allowed) {
  return DistributionReader(reader, drawn, what).read(node, also_allowed);
}

}  // namespace gridlock::read
