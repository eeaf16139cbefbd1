#pragma once
/// Which transactions have written, which of them are over, and what a read view sees of them.
///
/// A read view is the number of commits it saw: a version is visible if its writer is the reader itself or committed
/// before. (InnoDB keeps a list of active ids instead, read0read.cc; both tell the same, this one in constant time.)
#include <cstdint>
#include <map>
#include <vector>

#include "drivers/reference/ids.h"

namespace gridlock::reference {

struct ReadView {
  std::uint64_t commits = 0;
};

class TransactionLog {
 public:
  /// A new writer.
  TrxId begin(Slot owner);
  void commit(TrxId id) { states_[id].commit = ++commits_; }
  void roll_back(TrxId id) { states_[id].commit = never; }

  bool active(TrxId id) const { return states_[id].commit == 0; }
  /// REQUIRES: active(id).
  Slot owner(TrxId id) const { return states_[id].owner; }
  std::uint64_t commits() const { return commits_; }
  /// 0 while active.
  std::uint64_t commit_number(TrxId id) const { return states_[id].commit; }

  bool sees(ReadView view, TrxId own, TrxId writer) const {
    return writer == own || (!active(writer) && states_[writer].commit <= view.commits);
  }

  ReadView open_view();
  void close_view(ReadView view);
  /// Every open view sees what was committed by then.
  std::uint64_t oldest_view() const { return views_.empty() ? commits_ : views_.begin()->first; }

 private:
  static constexpr std::uint64_t never = ~std::uint64_t{0};
  struct State {
    std::uint64_t commit = 0;
    Slot owner = none;
  };
  std::vector<State> states_{State{never, none}};  // no_trx_id belongs to nobody
  std::uint64_t commits_ = 0;
  std::map<std::uint64_t, std::uint32_t> views_;  // how many views saw so many commits
};

}  // namespace gridlock::reference
