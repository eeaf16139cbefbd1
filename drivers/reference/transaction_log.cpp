#include "drivers/reference/transaction_log.h"

namespace gridlock::reference {

TrxId TransactionLog::begin(Slot owner) {
  states_.push_back({0, owner});
  return states_.size() - 1;
}

ReadView TransactionLog::open_view() {
  ++views_[commits_];
  return {commits_};
}

void TransactionLog::close_view(ReadView view) {
  const auto found = views_.find(view.commits);
  if (found != views_.end() && --found->second == 0) views_.erase(found);
}

}  // namespace gridlock::reference
