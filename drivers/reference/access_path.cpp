#include "drivers/reference/access_path.h"

#include <algorithm>
#include <optional>

#include "drivers/reference/sql_value.h"

namespace gridlock::reference {
namespace {

using sql::Op;

// sql/opt_costconstants.cc: reading a page that is in memory, and looking at a row
constexpr double page_cost = 0.25;
constexpr double row_cost = 0.1;
// sql/range_optimizer/range_optimizer.cc, test_quick_select: a table scan is made to look a bit dearer than it is
constexpr double scan_handicap = 1.1 + 1.0;
constexpr std::size_t ranges_max = 10'000;
constexpr double page_size = 16'384;

/// The values a column may have: from `low` to `high`.
struct Interval {
  std::optional<Value> low, high;
  bool low_inclusive = true;
  bool high_inclusive = true;
  bool is_point() const { return low && high && low_inclusive && high_inclusive && compare_values(*low, *high) == 0; }
  bool is_empty() const {
    if (!low || !high) return false;
    const int order = compare_values(*low, *high);
    return order > 0 || (order == 0 && !(low_inclusive && high_inclusive));
  }
};

using Intervals = std::vector<Interval>;

bool starts_before(const Interval& a, const Interval& b) {
  if (!a.low || !b.low) return !a.low && b.low.has_value();
  const int order = compare_values(*a.low, *b.low);
  return order != 0 ? order < 0 : a.low_inclusive && !b.low_inclusive;
}

/// REQUIRES: `a` does not start after `b`.
bool touch(const Interval& a, const Interval& b) {
  if (!a.high || !b.low) return true;
  const int order = compare_values(*b.low, *a.high);
  return order < 0 || (order == 0 && (a.high_inclusive || b.low_inclusive));
}

void extend(Interval& a, const Interval& b) {
  if (!a.high) return;
  if (!b.high) {
    a.high = b.high;
    return;
  }
  const int order = compare_values(*b.high, *a.high);
  if (order > 0) {
    a.high = b.high;
    a.high_inclusive = b.high_inclusive;
  } else if (order == 0) {
    a.high_inclusive = a.high_inclusive || b.high_inclusive;
  }
}

Intervals united(Intervals intervals) {
  std::erase_if(intervals, [](const Interval& interval) { return interval.is_empty(); });
  std::stable_sort(intervals.begin(), intervals.end(), starts_before);
  Intervals merged;
  for (Interval& interval : intervals) {
    if (!merged.empty() && touch(merged.back(), interval)) {
      extend(merged.back(), interval);
    } else {
      merged.push_back(std::move(interval));
    }
  }
  return merged;
}

Interval intersected(const Interval& a, const Interval& b) {
  Interval both = starts_before(a, b) ? b : a;  // the later start
  both.high = a.high;
  both.high_inclusive = a.high_inclusive;
  if (!a.high || (b.high && compare_values(*b.high, *a.high) < 0)) {
    both.high = b.high;
    both.high_inclusive = b.high_inclusive;
  } else if (b.high && compare_values(*b.high, *a.high) == 0) {
    both.high_inclusive = a.high_inclusive && b.high_inclusive;
  }
  return both;
}

Intervals intersected(const Intervals& a, const Intervals& b) {
  Intervals result;
  for (const Interval& x : a) {
    for (const Interval& y : b) {
      Interval both = intersected(x, y);
      if (!both.is_empty()) result.push_back(std::move(both));
    }
  }
  return united(std::move(result));
}

class Chooser {
 public:
  explicit Chooser(const AccessRequest& request)
      : request_(request), table_(request.catalog->tables[request.use->table]) {}

  AccessPath choose();

 private:
  struct Candidate {
    AccessPath path;
    double range_cost = 0;
    std::optional<double> ref_cost;  ///< SELECT with one equality prefix
    std::size_t key_parts = 0;
    bool unique = false;
  };

  std::optional<Intervals> intervals_of(ColumnId column) const;
  std::optional<Intervals> intervals_of(const Term& term) const;
  void add_alternative(const Term& term, const Alternative& alternative, Intervals& intervals) const;
  bool comparable(const sql::Type& type, const Value& value) const;
  std::optional<Candidate> by_index(IndexId id) const;
  Candidate by_scan() const;
  void narrow(const Index& index, std::size_t position, bool low, Key& bound, bool& inclusive) const;
  void add_ranges(const Index& index, const std::vector<Key>& prefixes, std::size_t position,
                  const Intervals& intervals, std::vector<ScanRange>& ranges) const;
  std::size_t rows_in(const Index& index, const ScanRange& range) const;
  void add_costs(const Index& index, Candidate& candidate, bool by_equality) const;
  bool impossible() const;
  bool in_an_index(ColumnId column) const;
  std::optional<Candidate> cheapest(std::vector<Candidate> candidates) const;
  bool covers(const Index& index) const;
  bool in_own_fields(const Index& index) const;
  bool allowed(IndexId id) const;
  AccessPath as_wanted() const;
  bool only_index_columns(const Index& index, ExprId expression) const;
  std::optional<bool> serves_order(const AccessPath& path) const;
  void order(Candidate& candidate) const;
  std::optional<IndexId> ordering_index() const;
  const OrderedIndex& entries(const Index& index) const { return (*request_.indexes)[index.id]; }
  std::size_t table_rows() const { return (*request_.indexes)[table_.clustered()].size(); }
  double scan_pages() const { return static_cast<double>((*request_.indexes)[table_.clustered()].blocks()); }

  const AccessRequest& request_;
  const Table& table_;
};

/// An index is ordered by the column's type; text compared with a number is not in that order.
bool Chooser::comparable(const sql::Type& type, const Value& value) const {
  const bool text = type.kind == sql::Type::Kind::text || type.kind == sql::Type::Kind::other;
  return !text || std::holds_alternative<std::string>(value);
}

void Chooser::add_alternative(const Term& term, const Alternative& alternative, Intervals& intervals) const {
  const sql::Type& type = table_.columns[term.column].type;
  const auto point = [&](Value value) {
    value = search_value(value, type);
    intervals.push_back({value, value, true, true});
  };
  if (alternative.is_null) return point(Null{});
  if (alternative.subquery != none) {
    for (const Row& row : request_.context->subqueries[alternative.subquery].rows) {
      if (!is_null(row.front())) point(row.front());
    }
    return;
  }
  Value value = search_value(evaluate(*request_.context, alternative.value), type);
  if (alternative.op == Op::equal && !is_null(value)) return point(std::move(value));
  if (alternative.op == Op::null_safe_equal) return point(std::move(value));
  if (is_null(value)) return;  // a comparison with NULL is never true
  Interval interval;
  if (alternative.op == Op::less || alternative.op == Op::less_equal) {
    interval.high = std::move(value);
    interval.high_inclusive = alternative.op == Op::less_equal;
    // NULL is less than everything, and not meant: the range begins behind the nulls
    if (!table_.columns[term.column].not_null) {
      interval.low = Value(Null{});
      interval.low_inclusive = false;
    }
  } else {
    interval.low = std::move(value);
    interval.low_inclusive = alternative.op == Op::greater_equal;
  }
  intervals.push_back(std::move(interval));
}

std::optional<Intervals> Chooser::intervals_of(const Term& term) const {
  Intervals intervals;
  for (const Alternative& alternative : term.any) {
    if (alternative.subquery != none && !request_.context->subqueries[alternative.subquery].ready) return std::nullopt;
    add_alternative(term, alternative, intervals);
  }
  for (const Interval& interval : intervals) {
    for (const auto& bound : {interval.low, interval.high}) {
      if (bound && !is_null(*bound) && !comparable(table_.columns[term.column].type, *bound)) return std::nullopt;
    }
  }
  return united(std::move(intervals));
}

std::optional<Intervals> Chooser::intervals_of(ColumnId column) const {
  std::optional<Intervals> all;
  for (const Term& term : request_.use->terms) {
    if (term.column != column) continue;
    auto one = intervals_of(term);
    if (!one) continue;
    all = all ? intersected(*all, *one) : std::move(*one);
  }
  return all;
}

/// A bound that belongs to its range is made narrower by the conditions on the index's next columns (SEL_ARG::
/// store_min_key, store_max_key): of `v BETWEEN 1 AND 4 AND w < 2` on (v, w) the end is (4, 2).
void Chooser::narrow(const Index& index, std::size_t position, bool low, Key& bound, bool& inclusive) const {
  for (; inclusive && position < index.fields.size(); ++position) {
    const IndexField& field = index.fields[position];
    const auto intervals = field.prefix == 0 ? intervals_of(field.column) : std::nullopt;
    if (!intervals || intervals->empty()) return;
    const bool first = low != field.descending;
    const Interval& at = first ? intervals->front() : intervals->back();
    const std::optional<Value>& value = first ? at.low : at.high;
    if (!value) return;
    bound.push_back(*value);
    inclusive = first ? at.low_inclusive : at.high_inclusive;
  }
}

void Chooser::add_ranges(const Index& index, const std::vector<Key>& prefixes, std::size_t position,
                         const Intervals& intervals, std::vector<ScanRange>& ranges) const {
  const IndexField& field = index.fields[position];
  for (const Key& prefix : prefixes) {
    std::vector<ScanRange> here;
    for (const Interval& interval : intervals) {
      ScanRange range{prefix, prefix, true, true, false, false};
      auto low = interval.low;
      auto high = interval.high;
      bool low_inclusive = interval.low_inclusive;
      bool high_inclusive = interval.high_inclusive;
      if (field.descending) {
        std::swap(low, high);
        std::swap(low_inclusive, high_inclusive);
      }
      if (low) {
        range.low.push_back(*low);
        range.low_inclusive = low_inclusive;
        if (low_inclusive) narrow(index, position + 1, true, range.low, range.low_inclusive);
      }
      if (high) {
        range.high.push_back(*high);
        range.high_inclusive = high_inclusive;
        if (high_inclusive) narrow(index, position + 1, false, range.high, range.high_inclusive);
      }
      here.push_back(std::move(range));
    }
    if (field.descending) std::reverse(here.begin(), here.end());
    ranges.insert(ranges.end(), here.begin(), here.end());
  }
}

std::optional<Chooser::Candidate> Chooser::by_index(IndexId id) const {
  const Index& index = request_.catalog->indexes[id];
  Candidate candidate;
  candidate.path.index = id;
  std::vector<Key> prefixes{{}};
  bool done = false;
  bool has_null = false;
  for (std::size_t f = 0; f < index.fields.size() && !done; ++f) {
    const IndexField& field = index.fields[f];
    const auto intervals = field.prefix == 0 ? intervals_of(field.column) : std::nullopt;
    if (!intervals) break;
    ++candidate.key_parts;
    const bool points =
        std::all_of(intervals->begin(), intervals->end(), [](const Interval& i) { return i.is_point(); });
    if (!points || prefixes.size() * intervals->size() > ranges_max) {
      add_ranges(index, prefixes, f, *intervals, candidate.path.ranges);
      done = true;
      break;
    }
    std::vector<Key> longer;
    for (const Key& prefix : prefixes) {
      std::vector<Key> here;
      for (const Interval& point : *intervals) {
        here.push_back(prefix);
        here.back().push_back(*point.low);
        has_null = has_null || is_null(*point.low);
      }
      if (field.descending) std::reverse(here.begin(), here.end());
      longer.insert(longer.end(), here.begin(), here.end());
    }
    prefixes = std::move(longer);
    if (index.unique && f + 1 == index.own_fields && !has_null) break;  // nothing more can be told apart
  }
  if (candidate.key_parts == 0) return std::nullopt;
  const bool by_equality = !done;
  const bool unique = by_equality && index.unique && candidate.key_parts == index.own_fields && !has_null;
  for (Key& prefix : prefixes) {
    if (!by_equality) break;
    candidate.path.ranges.push_back({prefix, prefix, true, true, true, unique});
  }
  candidate.unique = unique && candidate.path.ranges.size() <= 1;
  candidate.path.covering = covers(index);
  add_costs(index, candidate, by_equality);
  const bool condition = request_.select && !index.clustered && !candidate.path.covering && !candidate.unique;
  candidate.path.index_condition = condition;
  for (const ExprId filter : request_.use->filters) {
    if (condition && only_index_columns(index, filter)) candidate.path.pushed.push_back(filter);
  }
  return candidate;
}

std::size_t Chooser::rows_in(const Index& index, const ScanRange& range) const {
  const OrderedIndex& in = entries(index);
  const RecordId from = range.low.empty()     ? in.first()
                        : range.low_inclusive ? in.lower_bound(range.low)
                                              : in.upper_bound(range.low);
  const RecordId to = range.high.empty()     ? supremum
                      : range.high_inclusive ? in.upper_bound(range.high)
                                             : in.lower_bound(range.high);
  return range.unique ? 1 : std::max<std::size_t>(1, in.distance(from, to));
}

/// A range reads a page for each range and each row (ha_innobase::read_time); an equality prefix reads one for each
/// row, but never more than a tenth of the table's rows (sql_optimizer.cc, find_worst_seeks).
void Chooser::add_costs(const Index& index, Candidate& candidate, bool by_equality) const {
  const AccessPath& path = candidate.path;
  double rows = 0;
  for (const ScanRange& range : path.ranges) rows += static_cast<double>(rows_in(index, range));
  const auto ranges = static_cast<double>(path.ranges.size());
  double pages = ranges + rows;
  if (index.clustered) {
    const double rows_max = scan_pages() * 2.0 * page_size / static_cast<double>(index.entry_bytes);
    pages = rows <= 2 ? rows : ranges + rows / rows_max * scan_pages();
  } else if (path.covering) {
    pages = ranges;
  }
  candidate.range_cost = pages * page_cost + rows * row_cost + 0.01;
  if (!request_.select || !by_equality || ranges > 1) return;
  const double worst = std::max(2.0, std::min(static_cast<double>(table_rows()) / 10, 3 * scan_pages()));
  const double read = path.covering || index.clustered ? std::min(rows, 1.0) : std::min(rows, worst);
  candidate.ref_cost = read * page_cost + rows * row_cost;
}

bool Chooser::covers(const Index& index) const { return index.clustered || in_own_fields(index); }

/// The condition can be tested on an entry of the index alone (the table read is the last one that filters name).
bool Chooser::only_index_columns(const Index& index, ExprId expression) const {
  const ExprNode& node = request_.context->pool->nodes[expression];
  if (node.kind == sql::ExprKind::in_select || node.kind == sql::ExprKind::exists ||
      node.kind == sql::ExprKind::scalar_select) {
    return false;
  }
  if (node.kind == sql::ExprKind::column) {
    return node.up > 0 || node.table < request_.position ||
           std::any_of(index.fields.begin(), index.fields.end(),
                       [&](const IndexField& field) { return field.column == node.slot && field.prefix == 0; });
  }
  const auto args = request_.context->pool->args(node);
  return std::all_of(args.begin(), args.end(), [&](ExprId arg) { return only_index_columns(index, arg); });
}

bool Chooser::allowed(IndexId id) const {
  const auto& forced = request_.use->forced;
  return forced.empty() || std::find(forced.begin(), forced.end(), id) != forced.end();
}

/// Forward (true) or backward if the path's rows come in the order wanted.
std::optional<bool> Chooser::serves_order(const AccessPath& path) const {
  const Index& index = request_.catalog->indexes[path.index];
  std::optional<bool> forward;
  std::size_t field = 0;
  const auto fixed = [&](std::size_t f) {
    if (path.ranges.size() != 1) return false;
    const ScanRange& range = path.ranges.front();
    return f < range.low.size() && f < range.high.size() && compare_values(range.low[f], range.high[f]) == 0;
  };
  for (const OrderKey& key : *request_.order_by) {
    const ExprNode& node = request_.context->pool->nodes[key.expression];
    if (node.kind != sql::ExprKind::column || node.up != 0 || node.table != 0) return std::nullopt;
    while (field < index.fields.size() && index.fields[field].column != node.slot && fixed(field)) ++field;
    if (field == index.fields.size() || index.fields[field].column != node.slot) return std::nullopt;
    const bool here = index.fields[field].descending == key.descending;
    if (!fixed(field)) {
      if (forward && *forward != here) return std::nullopt;
      forward = here;
    }
    ++field;
  }
  return forward.value_or(true);
}

void Chooser::order(Candidate& candidate) const {
  if (request_.order_by == nullptr || request_.order_by->empty()) return;
  const auto forward = candidate.unique ? std::optional(true) : serves_order(candidate.path);
  candidate.path.in_order = forward.has_value();
  if (forward && !*forward) {
    candidate.path.forward = false;
    const bool ref = candidate.path.ranges.size() == 1 && candidate.path.ranges.front().exact;
    candidate.path.index_condition = candidate.path.index_condition && request_.backward_condition && !ref;
    std::reverse(candidate.path.ranges.begin(), candidate.path.ranges.end());
  }
}

/// A scan is made to look dearer to the range optimizer, except one of an index that has all that is wanted
/// (test_quick_select: key_read_time).
Chooser::Candidate Chooser::by_scan() const {
  Candidate scan;
  scan.path.index = table_.clustered();
  scan.path.ranges = {ScanRange{}};
  scan.path.covering = true;
  scan.ref_cost = scan_pages() * page_cost + static_cast<double>(table_rows()) * row_cost;
  scan.range_cost = *scan.ref_cost + scan_handicap;
  if (!request_.select) return scan;
  // a secondary index that has all that is wanted is read instead, the narrowest one (sql_optimizer.cc,
  // find_shortest_key)
  const Index& clustered = request_.catalog->clustered(table_.id);
  bool covered = in_own_fields(clustered);
  std::size_t shortest = clustered.entry_bytes;
  for (const IndexId id : table_.indexes) {
    const Index& index = request_.catalog->indexes[id];
    if (index.clustered || !allowed(id) || !covers(index) || index.entry_bytes >= shortest) continue;
    shortest = index.entry_bytes;
    scan.path.index = id;
    covered = true;
  }
  if (covered) scan.range_cost = *scan.ref_cost;
  return scan;
}

bool Chooser::in_own_fields(const Index& index) const {
  const auto& used = request_.use->columns_used;
  for (ColumnId column = 0; column < used.size(); ++column) {
    const bool in = std::any_of(index.fields.begin(), index.fields.end(),
                                [&](const IndexField& field) { return field.column == column && field.prefix == 0; });
    if (used[column] && !in) return false;
  }
  return true;
}

/// An index whose order is the one wanted, for a LIMIT that then can stop early.
std::optional<IndexId> Chooser::ordering_index() const {
  for (const IndexId id : table_.indexes) {
    const Index& index = request_.catalog->indexes[id];
    AccessPath path;
    path.index = id;
    path.ranges = {ScanRange{}};
    const bool cheap = index.clustered || covers(index) || request_.limited;
    if (allowed(id) && cheap && serves_order(path)) return id;
  }
  return std::nullopt;
}

/// The conditions on a column contradict each other: "Impossible WHERE". The range optimizer sees that of columns of
/// indexes; of others it is seen only where one of them is an equality, which is put into the rest.
bool Chooser::impossible() const {
  return std::any_of(request_.use->terms.begin(), request_.use->terms.end(), [&](const Term& term) {
    const auto one = intervals_of(term);
    const bool fixed = one && term.any.size() == 1 && (one->empty() || (one->size() == 1 && one->front().is_point()));
    if (!fixed && !in_an_index(term.column)) return false;
    const auto all = intervals_of(term.column);
    return all && all->empty();
  });
}

bool Chooser::in_an_index(ColumnId column) const {
  return std::any_of(table_.indexes.begin(), table_.indexes.end(), [&](IndexId id) {
    const auto& fields = request_.catalog->indexes[id].fields;
    return std::any_of(fields.begin(), fields.end(), [&](const IndexField& field) { return field.column == column; });
  });
}

/// First the range optimizer compares ranges with a scan that is made to look dear, then the join optimizer compares
/// the winner with equality prefixes (test_quick_select; Optimize_table_order::best_access_path).
std::optional<Chooser::Candidate> Chooser::cheapest(std::vector<Candidate> candidates) const {
  const Candidate scan = by_scan();
  const Candidate* range = nullptr;
  const Candidate* ref = nullptr;
  for (const Candidate& candidate : candidates) {
    if (range == nullptr || candidate.range_cost < range->range_cost) range = &candidate;
    if (candidate.ref_cost && (ref == nullptr || *candidate.ref_cost < *ref->ref_cost)) ref = &candidate;
  }
  const bool forced = !request_.use->forced.empty();
  if (range != nullptr && range->range_cost >= scan.range_cost && !forced) range = nullptr;
  if (ref == nullptr) return range == nullptr ? std::nullopt : std::optional(*range);
  if (range != nullptr)
    return ref->path.index == range->path.index || *ref->ref_cost <= range->range_cost ? *ref : *range;
  return forced || *ref->ref_cost < *scan.ref_cost ? std::optional(*ref) : std::nullopt;
}

/// The access that the workload asks for; a whole unique key of constants is read as such all the same.
AccessPath Chooser::as_wanted() const {
  constexpr std::string_view whole = "scan ";
  const bool whole_index = request_.wanted->starts_with(whole);
  const Index* index =
      request_.catalog->index_named(table_.id, whole_index ? request_.wanted->substr(whole.size()) : *request_.wanted);
  const bool scan = index == nullptr;
  std::optional<Candidate> chosen;
  if (!scan && !whole_index) chosen = by_index(index->id);
  const bool constant = chosen && chosen->unique && request_.select;
  if (!chosen) {
    chosen = by_scan();
    chosen->path.index = scan ? table_.clustered() : index->id;
    chosen->path.covering = scan || covers(*index);
  }
  order(*chosen);
  chosen->path.constant = constant && request_.position == 0;
  return std::move(chosen->path);
}

AccessPath Chooser::choose() {
  if (impossible()) {
    AccessPath nothing;
    nothing.index = table_.clustered();
    nothing.impossible = true;
    return nothing;
  }
  if (request_.wanted != nullptr) return as_wanted();
  std::vector<Candidate> candidates;
  for (const IndexId id : table_.indexes) {
    auto candidate = allowed(id) ? by_index(id) : std::nullopt;
    if (!candidate) continue;
    candidates.push_back(std::move(*candidate));
    if (!request_.select || !candidates.back().unique) continue;
    order(candidates.back());  // const and eq_ref are taken without asking for the cost
    candidates.back().path.constant = request_.position == 0;
    return std::move(candidates.back().path);
  }
  std::optional<Candidate> by_key = cheapest(std::move(candidates));
  Candidate chosen = by_key ? std::move(*by_key) : by_scan();
  order(chosen);
  const bool ordered = request_.order_by != nullptr && !request_.order_by->empty();
  if (!ordered || chosen.path.in_order || by_key) return std::move(chosen.path);
  if (const auto id = ordering_index()) {
    chosen.path.index = *id;
    chosen.path.covering = covers(request_.catalog->indexes[*id]);
    order(chosen);
  }
  return std::move(chosen.path);
}

}  // namespace

AccessPath choose_access(const AccessRequest& request) { return Chooser(request).choose(); }

Key entry_key(const Index& index, std::span<const Value> row) {
  Key key;
  key.reserve(index.fields.size());
  for (const IndexField& field : index.fields) {
    const Value& value = row[field.column];
    const auto* text = std::get_if<std::string>(&value);
    const bool cut = field.prefix > 0 && text != nullptr && text->size() > static_cast<std::size_t>(field.prefix);
    key.push_back(cut ? Value(text->substr(0, static_cast<std::size_t>(field.prefix))) : value);
  }
  return key;
}

}  // namespace gridlock::reference
