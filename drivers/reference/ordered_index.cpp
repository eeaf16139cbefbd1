#include "drivers/reference/ordered_index.h"

#include <algorithm>
#include <cassert>

#include "drivers/reference/sql_value.h"

namespace gridlock::reference {

OrderedIndex::OrderedIndex(std::vector<bool> descending, std::size_t block_capacity)
    : width_(descending.size()),
      descending_(std::move(descending)),
      capacity_(std::max<std::size_t>(block_capacity, 4)),
      cells_(width_),
      entries_(1),
      blocks_{Block{next_page_++, {}}} {}

int OrderedIndex::compare_fields(KeyView a, KeyView b) const {
  const std::size_t fields = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < fields; ++i) {
    const int order = compare_values(a[i], b[i]);
    if (order != 0) return descending_[i] ? -order : order;
  }
  return 0;
}

/// The first place whose entry is not `before`. Entries that are `before` stand in front of all others.
template <class Before>
OrderedIndex::Place OrderedIndex::partition(Before before) const {
  const auto block = std::partition_point(blocks_.begin(), blocks_.end(), [&](const Block& candidate) {
    return candidate.records.empty() || before(candidate.records.back());
  });
  if (block == blocks_.end()) return {blocks_.size() - 1, blocks_.back().records.size()};
  const auto found = std::partition_point(block->records.begin(), block->records.end(), before);
  return {static_cast<std::size_t>(block - blocks_.begin()), static_cast<std::size_t>(found - block->records.begin())};
}

RecordId OrderedIndex::at(Place place) const {
  const auto& records = blocks_[place.block].records;
  if (place.at < records.size()) return records[place.at];
  return place.block + 1 < blocks_.size() ? blocks_[place.block + 1].records.front() : supremum;
}

OrderedIndex::Place OrderedIndex::place_of(RecordId record) const {
  if (record == supremum) return {blocks_.size() - 1, blocks_.back().records.size()};
  const KeyView wanted = key(record);
  return partition([&](RecordId other) { return compare_fields(key(other), wanted) < 0; });
}

RecordId OrderedIndex::lower_bound(KeyView wanted) const {
  return at(partition([&](RecordId record) { return compare_fields(wanted, key(record)) > 0; }));
}

RecordId OrderedIndex::upper_bound(KeyView wanted) const {
  return at(partition([&](RecordId record) { return compare_fields(wanted, key(record)) >= 0; }));
}

RecordId OrderedIndex::first() const { return at({0, 0}); }

RecordId OrderedIndex::previous(RecordId record) const {
  const Place place = place_of(record);
  if (place.at > 0) return blocks_[place.block].records[place.at - 1];
  return place.block > 0 ? blocks_[place.block - 1].records.back() : none;
}

RecordId OrderedIndex::next(RecordId record) const {
  assert(record != supremum);
  const Place place = place_of(record);
  return at({place.block, place.at + 1});
}

std::size_t OrderedIndex::distance(RecordId from, RecordId to) const {
  const Place begin = place_of(from);
  const Place end = place_of(to);
  if (begin.block == end.block) return end.at > begin.at ? end.at - begin.at : 0;
  if (begin.block > end.block) return 0;
  const std::size_t between = (end.block - begin.block - 1) * (size_ / blocks_.size());
  return blocks_[begin.block].records.size() - begin.at + between + end.at;
}

RecordId OrderedIndex::new_record(KeyView fields) {
  assert(fields.size() == width_);
  RecordId record = static_cast<RecordId>(entries_.size());
  if (!free_.empty()) {
    record = free_.back();
    free_.pop_back();
    std::copy(fields.begin(), fields.end(), cells_.begin() + static_cast<std::ptrdiff_t>(record * width_));
  } else {
    entries_.emplace_back();
    cells_.insert(cells_.end(), fields.begin(), fields.end());
  }
  entries_[record] = Entry{{}, 0, true};
  return record;
}

RecordId OrderedIndex::insert(KeyView fields) {
  const Key copy(fields.begin(), fields.end());  // the view may look into our own cells
  const RecordId record = new_record(copy);
  const Place place = partition([&](RecordId other) { return compare_fields(copy, key(other)) > 0; });
  Block& block = blocks_[place.block];
  block.records.insert(block.records.begin() + static_cast<std::ptrdiff_t>(place.at), record);
  entries_[record].page = block.page;
  ++size_;
  if (block.records.size() > capacity_) split(place.block, place.at + 1 == block.records.size());
  return record;
}

/// A full page splits in the middle; rows that come in ascending order open a new page instead and leave full ones
/// behind (btr0btr.cc, btr_page_get_split_rec_to_right).
void OrderedIndex::split(std::size_t position, bool at_end) {
  Block right{next_page_++, {}};
  auto& left = blocks_[position].records;
  const std::size_t kept = at_end ? left.size() - 1 : left.size() / 2;
  right.records.assign(left.begin() + static_cast<std::ptrdiff_t>(kept), left.end());
  left.resize(kept);
  for (const RecordId record : right.records) entries_[record].page = right.page;
  blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(position + 1), std::move(right));
}

void OrderedIndex::remove(RecordId record) {
  const Place place = place_of(record);
  auto& records = blocks_[place.block].records;
  assert(place.at < records.size() && records[place.at] == record);
  records.erase(records.begin() + static_cast<std::ptrdiff_t>(place.at));
  if (records.empty() && blocks_.size() > 1) {
    blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(place.block));
  }
  entries_[record].alive = false;
  free_.push_back(record);
  --size_;
  ++removals_;
}

std::uint32_t OrderedIndex::page(RecordId record) const {
  return record == supremum ? blocks_.back().page : entries_[record].page;
}

}  // namespace gridlock::reference
