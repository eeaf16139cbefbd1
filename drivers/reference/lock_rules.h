#pragma once
/// An engine's locking rules as data: its lock modes, which of them clash, which cover which, who is served first.
///
/// One value per engine; the lock table asks the value and never the engine's name. A set of modes is a bit mask, so
/// "does this request clash with anything granted here" is one AND.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/lock.h"

namespace gridlock::reference {

/// A lock mode: an index into one engine's `LockRules::modes`. Names for InnoDB's are in namespace `innodb`.
enum class Mode : std::uint8_t {};
inline constexpr Mode no_mode{0xff};
inline constexpr std::size_t modes_max = 16;

constexpr std::size_t index(Mode mode) { return static_cast<std::size_t>(mode); }

/// A set of modes, one bit each.
using ModeSet = std::uint16_t;
constexpr ModeSet bit(Mode mode) { return static_cast<ModeSet>(1U << index(mode)); }
constexpr bool contains(ModeSet set, Mode mode) { return (set >> index(mode) & 1U) != 0; }

/// What an engine says of one mode. `no_mode` stands for "none".
struct ModeRules {
  std::string_view name;  ///< as the server's own view of its locks prints it
  LockKind kind = LockKind::other;
  bool exclusive = false;      ///< an X mode (S otherwise): which half of `Inherits` speaks of it
  ModeSet conflicts = 0;       ///< another transaction's modes, granted or queued, that this request waits for
  ModeSet yields = 0;          ///< where a queue is served by priority: queued requests that this one waits for
  ModeSet bypasses = 0;        ///< part of `conflicts`: not waited for while queued, if the requester blocks it itself
  ModeSet covers = 0;          ///< modes that need no lock of their own once this one is held
  Mode at_supremum = no_mode;  ///< what the mode becomes on an index's supremum (item 0)
  Mode elsewhere = no_mode;    ///< of a supremum's mode: what it is elsewhere, for they share a lock struct
  Mode record_part = no_mode;  ///< a next-key lock is a lock of the record ...
  Mode gap_part = no_mode;     ///< ... and a lock of the gap; who holds the first is given only the second
  Mode on_insert = no_mode;    ///< what a record inserted before this lock's record gets from it
  Mode on_removal = no_mode;   ///< what the successor of this lock's record gets when the record goes
};

/// Who is served when a lock goes.
enum class Grants : std::uint8_t {
  heaviest_first,  ///< by schedule weight; only granted locks are in the way, so a later waiter may overtake
  queue_order,     ///< first come, first served; whatever stands ahead is in the way, waiting requests included
};

/// Which of the conflicting locks a new request's one waits-for edge points at.
enum class Edge : std::uint8_t {
  granted_first,  ///< the newest granted one, else the oldest waiting one
  newest,         ///< the last of the queue
  oldest,         ///< the first of the queue
};

/// How a kind of queue is served.
struct Discipline {
  Grants grants = Grants::queue_order;
  Edge edge = Edge::oldest;
  /// Queued requests are in the way by `ModeRules::yields`, wherever they stand, and not by `conflicts`.
  bool by_priority = false;
};

/// Whom a deadlock costs its transaction.
enum class VictimPolicy : std::uint8_t {
  lightest_latest,     ///< the lightest; among equals the one next to the latest joiner, itself last (MySQL)
  lightest_requester,  ///< the lightest; among equals the requester, else the first found (MariaDB)
};

struct LockRules {
  std::string_view engine;
  std::size_t size = 0;  ///< modes in use
  std::array<ModeRules, modes_max> modes{};
  ModeSet table_modes = 0;      ///< modes of tables; the others are of records
  Mode bypass_needs = no_mode;  ///< what a requester must hold to bypass a queued request
  Discipline records;
  Discipline tables;
  VictimPolicy victim = VictimPolicy::lightest_latest;

  constexpr const ModeRules& operator[](Mode mode) const { return modes[index(mode)]; }
  constexpr std::string_view name(Mode mode) const { return modes[index(mode)].name; }
  constexpr bool is_table(Mode mode) const { return contains(table_modes, mode); }
  /// The modes that a request of this mode waits for while they are queued.
  constexpr ModeSet waits_for_queued(Mode mode) const {
    return discipline(mode).by_priority ? modes[index(mode)].yields : modes[index(mode)].conflicts;
  }
  constexpr const Discipline& discipline(Mode mode) const { return is_table(mode) ? tables : records; }
};

/// InnoDB's modes, shared by MySQL and MariaDB.
/// The supremum's own modes exist because a lock there is a gap lock by place, not by flag: lock_rec_add_to_queue
/// (lock0lock.cc) drops GAP and REC_NOT_GAP. The lock table maps to them; an engine asks for the plain ones.
namespace innodb {
inline constexpr Mode IS{0}, IX{1}, S{2}, X{3}, AUTO_INC{4};  // tables
inline constexpr Mode S_next_key{5}, S_gap{6}, S_record{7};   // records; `record` is REC_NOT_GAP
inline constexpr Mode X_next_key{8}, X_gap{9}, X_record{10};
inline constexpr Mode insert_intention{11};  // X,GAP,INSERT_INTENTION
inline constexpr Mode S_supremum{12}, X_supremum{13}, insert_intention_supremum{14};
}  // namespace innodb

/// MySQL 9.7's InnoDB.
const LockRules& innodb_rules();

/// MariaDB 11.8's InnoDB: the same modes and conflicts, another bypass, strict queue order, another victim.
const LockRules& mariadb_rules();

/// MariaDB 10.11's: likewise, and nothing is bypassed.
const LockRules& mariadb1011_rules();

}  // namespace gridlock::reference
