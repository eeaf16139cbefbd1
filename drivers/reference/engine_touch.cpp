// What a step looks at and changes, for exploring: two steps of which neither changes what the other touched commute.
//
// A record stands for itself, its versions, the gap before it and its queue. Two shared locks of one record do not
// commute here: which of them is the newer decides where a waiter's one edge points, and so when a deadlock is found.
// Intention locks of a table commute among themselves.
#include "drivers/reference/engine.h"

namespace gridlock::reference {
namespace {

enum class Kind : std::uint8_t { shared, lock, metadata };

constexpr std::uint64_t number(Kind kind, std::uint32_t high, std::uint32_t low) {
  return static_cast<std::uint64_t>(kind) << 60 | static_cast<std::uint64_t>(high) << 32 | low;
}

}  // namespace

std::vector<Touch> Engine::take_touches() {
  watched_ = true;
  return std::exchange(touches_, {});
}

void Engine::touch(Resource on, bool changed) {
  if (watched_) touches_.push_back({number(Kind::lock, on.space, on.item), changed});
}

void Engine::touch_metadata(Resource on, bool changed) {
  if (watched_) touches_.push_back({number(Kind::metadata, on.space, on.item), changed});
}

void Engine::touch(Shared what, std::uint32_t which, bool changed) {
  if (watched_) touches_.push_back({number(Kind::shared, static_cast<std::uint32_t>(what), which), changed});
}

/// A transaction lets go of everything: of its locks, of what it wrote (implicit locks), of its read view.
void Engine::touch_all_of(Slot slot) {
  if (!watched_) return;
  const Transaction& transaction = sessions_[slot].transaction;
  for (const LockView& view : locks_.locks_of(slot)) {
    touch(view.on, !(view.mode == innodb::IS || view.mode == innodb::IX));
    // whom of several the lock goes to may depend on how many wait for each of them, elsewhere
    std::size_t waiting = 0;
    for (const LockView& queued : locks_.queue_of(view.on)) waiting += queued.waiting ? 1 : 0;
    if (waiting > 1) touch(Shared::waits, 0, true);
  }
  for (const LockView& view : metadata_.locks_of(slot)) {
    touch_metadata(view.on, !is_shared_metadata(view.mode));
  }
  for (const Undo& undo : transaction.undo) touch(resource(undo.index, undo.record), true);
  if (transaction.id != no_trx_id) touch(Shared::commits, slot, true);
  if (transaction.view) touch_commits();
}

/// A read view is opened, used or closed: it has its place among all commits, which have none among themselves.
void Engine::touch_commits() {
  if (!watched_) return;
  for (Slot slot = 0; slot < sessions_.size(); ++slot) touch(Shared::commits, slot, false);
}

}  // namespace gridlock::reference
