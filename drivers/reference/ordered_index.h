#pragma once
/// One index: its entries in key order, in blocks that play the part of 16 KiB pages.
///
/// An entry has a handle (RecordId) that stays the same while it lives: locks are held on handles. Handle 0 is the
/// supremum, the end of the index. A value without pointers: copy it and both go on alone.
#include <cstddef>
#include <span>
#include <vector>

#include "drivers/reference/ids.h"
#include "model/value.h"

namespace gridlock::reference {

using Key = std::vector<Value>;
using KeyView = std::span<const Value>;

class OrderedIndex {
 public:
  /// `descending[i]` says how field i is ordered; `block_capacity` is how many entries a block holds.
  OrderedIndex(std::vector<bool> descending, std::size_t block_capacity);

  /// The first entry that is not before the key; a key may be a prefix of the fields.
  RecordId lower_bound(KeyView key) const;
  /// The first entry after all that begin with the key.
  RecordId upper_bound(KeyView key) const;
  RecordId first() const;
  /// `none` before the first entry; the last entry is before the supremum.
  RecordId previous(RecordId record) const;
  /// REQUIRES: not the supremum.
  RecordId next(RecordId record) const;

  /// REQUIRES: no entry has this key.
  RecordId insert(KeyView key);
  void remove(RecordId record);

  KeyView key(RecordId record) const { return {cells_.data() + record * width_, width_}; }
  /// -1, 0, 1 as the (prefix) key stands before, at or after the entry, in index order.
  int compare(KeyView key, RecordId record) const { return compare_fields(key, this->key(record)); }
  int compare_fields(KeyView a, KeyView b) const;
  /// The block that the entry is in; the supremum is in the last one.
  std::uint32_t page(RecordId record) const;

  /// How many entries stand from `from` on and before `to`; exact within two neighbouring blocks, else by the average
  /// block (as ha_innobase::records_in_range dives at both ends).
  std::size_t distance(RecordId from, RecordId to) const;

  bool alive(RecordId record) const { return record < entries_.size() && entries_[record].alive; }
  std::size_t size() const { return size_; }
  std::size_t blocks() const { return blocks_.size(); }
  /// Grows with each removal: a cursor that sees the same number still stands where it stood.
  std::uint64_t removals() const { return removals_; }

  /// What the engine notes on an entry. `marked`: deleted, not yet purged. `writer`: who inserted or (un)marked it last
  /// (secondary indexes; of a clustered record the newest version says it). `row`: the clustered record it points at.
  struct Note {
    TrxId writer = no_trx_id;
    RowId row = none;
    bool marked = false;
  };
  Note& note(RecordId record) { return entries_[record].note; }
  const Note& note(RecordId record) const { return entries_[record].note; }

 private:
  struct Entry {
    Note note;
    std::uint32_t page = 0;
    bool alive = false;
  };
  struct Block {
    std::uint32_t page = 0;
    std::vector<RecordId> records;
  };
  struct Place {
    std::size_t block = 0;
    std::size_t at = 0;
  };

  Place place_of(RecordId record) const;
  template <class Before>
  Place partition(Before before) const;
  RecordId at(Place place) const;
  RecordId new_record(KeyView key);
  void split(std::size_t block, bool at_end);

  std::size_t width_;
  std::vector<bool> descending_;
  std::size_t capacity_;
  std::vector<Value> cells_;
  std::vector<Entry> entries_;
  std::vector<RecordId> free_;
  std::vector<Block> blocks_;
  std::uint32_t next_page_ = 4;  // the root page of a table of its own file (page 3 is the tablespace's inode)
  std::size_t size_ = 0;
  std::uint64_t removals_ = 0;
};

}  // namespace gridlock::reference
