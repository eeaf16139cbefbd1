#include "drivers/reference/row_store.h"

#include <algorithm>

namespace gridlock::reference {

VersionId RowStore::new_version() {
  if (!free_.empty()) {
    const VersionId id = free_.back();
    free_.pop_back();
    return id;
  }
  versions_.emplace_back();
  cells_.resize(cells_.size() + columns_);
  return static_cast<VersionId>(versions_.size() - 1);
}

VersionId RowStore::push(RowId row, TrxId writer, bool deleted, std::span<const Value> values) {
  const std::vector<Value> copy(values.begin(), values.end());  // the span may look into our own cells
  if (row >= newest_.size()) newest_.resize(row + 1, none);
  const VersionId id = new_version();
  std::copy(copy.begin(), copy.end(), cells_.begin() + static_cast<std::ptrdiff_t>(id * columns_));
  versions_[id] = {writer, newest_[row], deleted};
  newest_[row] = id;
  return id;
}

bool RowStore::pop(RowId row) {
  const VersionId id = newest_[row];
  newest_[row] = versions_[id].older;
  free_.push_back(id);
  return newest_[row] != none;
}

void RowStore::forget_older(VersionId keep) {
  VersionId id = versions_[keep].older;
  versions_[keep].older = none;
  while (id != none) {
    const VersionId older = versions_[id].older;
    free_.push_back(id);
    id = older;
  }
}

void RowStore::erase(RowId row) {
  if (newest(row) == none) return;
  forget_older(newest_[row]);
  free_.push_back(newest_[row]);
  newest_[row] = none;
}

}  // namespace gridlock::reference
