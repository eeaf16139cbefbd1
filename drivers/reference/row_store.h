#pragma once
/// The versions of a table's rows: newest first, each knowing who wrote it and which one it replaced.
///
/// A row is its clustered record; deleting makes a version that says so. A consistent read walks from the newest
/// version to the one that its read view sees (row0vers.cc, row_vers_build_for_consistent_read).
#include <cstddef>
#include <span>
#include <vector>

#include "drivers/reference/ids.h"
#include "model/value.h"

namespace gridlock::reference {

struct Version {
  TrxId writer = no_trx_id;
  VersionId older = none;
  bool deleted = false;
};

class RowStore {
 public:
  explicit RowStore(std::size_t columns) : columns_(columns) {}

  std::size_t columns() const { return columns_; }
  VersionId newest(RowId row) const { return row < newest_.size() ? newest_[row] : none; }
  const Version& version(VersionId id) const { return versions_[id]; }
  const Version& newest_version(RowId row) const { return versions_[newest_[row]]; }
  std::span<const Value> values(VersionId id) const { return {cells_.data() + id * columns_, columns_}; }

  /// Puts a version on top of the row's (of a new row: as its first).
  VersionId push(RowId row, TrxId writer, bool deleted, std::span<const Value> values);
  /// Takes the newest version away (rollback); false when it was the only one.
  bool pop(RowId row);
  /// Forgets all versions older than `keep` (purge).
  void forget_older(VersionId keep);
  /// The row is gone, with all its versions.
  void erase(RowId row);

 private:
  VersionId new_version();

  std::size_t columns_;
  std::vector<Value> cells_;
  std::vector<Version> versions_;
  std::vector<VersionId> free_;
  std::vector<VersionId> newest_;  // by RowId
};

}  // namespace gridlock::reference
