#include "drivers/reference/postgres/heap.h"

namespace gridlock::reference::postgres {
namespace {

/// An 8 KiB page less its header (bufpage.h).
constexpr std::size_t page_bytes = 8192 - 24;

}  // namespace

TupleId Heap::insert(Row values, Xid xmin, std::uint32_t command) {
  if (free_.empty()) {
    tuples_.emplace_back();
    free_.push_back(static_cast<TupleId>(tuples_.size() - 1));
  }
  const TupleId id = free_.back();
  free_.pop_back();
  if (used_bytes_ + row_bytes_ > page_bytes) {
    ++page_;
    item_ = 0;
    used_bytes_ = 0;
  }
  used_bytes_ += row_bytes_;
  Tuple& tuple = tuples_[id];
  tuple.values = std::move(values);
  tuple.xmin = xmin;
  tuple.cmin = command;
  tuple.next = id;
  tuple.page = page_;
  tuple.item = ++item_;
  tuple.used = true;
  order_.push_back(id);
  ++inserted_since_;
  return id;
}

void Heap::release(TupleId id) {
  tuples_[id] = Tuple{};
  free_.push_back(id);
}

void Heap::clear() { *this = Heap(row_bytes_); }

}  // namespace gridlock::reference::postgres
