#include "model/lock.h"

#include <array>

namespace gridlock {
namespace {

struct KindWord {
  LockKind kind;
  std::string_view word;
};

// The contract's words for `kind`.
constexpr std::array words = {
    KindWord{LockKind::record, "record"},
    KindWord{LockKind::gap, "gap"},
    KindWord{LockKind::next_key, "next-key"},
    KindWord{LockKind::insert_intention, "insert-intention"},
    KindWord{LockKind::table, "table"},
    KindWord{LockKind::auto_increment, "auto-increment"},
    KindWord{LockKind::tuple, "tuple"},
    KindWord{LockKind::transaction, "transaction"},
    KindWord{LockKind::virtual_transaction, "virtual-transaction"},
    KindWord{LockKind::advisory, "advisory"},
    KindWord{LockKind::user, "user"},
    KindWord{LockKind::metadata, "metadata"},
    KindWord{LockKind::page, "page"},
    KindWord{LockKind::extension, "extension"},
    KindWord{LockKind::object, "object"},
    KindWord{LockKind::speculative_token, "speculative-token"},
    KindWord{LockKind::other, "other"},
};

}  // namespace

std::string_view to_string(LockKind kind) {
  for (const auto& entry : words)
    if (entry.kind == kind) return entry.word;
  return "other";
}

std::optional<LockKind> lock_kind(std::string_view word) {
  for (const auto& entry : words)
    if (entry.word == word) return entry.kind;
  return std::nullopt;
}

}  // namespace gridlock
