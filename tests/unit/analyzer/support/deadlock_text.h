#pragma once
/// A deadlock written down by hand, for the rules' tests:
///
///     engine innodb
///     party a: repeatable read
///       did UPDATE t SET v = 0 WHERE id = 1
///       runs UPDATE t SET v = 0 WHERE id = 2
///       holds record X,REC_NOT_GAP t.PRIMARY id=1
///       wants record X,REC_NOT_GAP t.PRIMARY id=2
///
/// A lock is: kind, mode, `table`, `table.index` or "an object"; then the key (`id=1`, `'a'`), `supremum`, `waiting`.
/// Each party waits for the next. `wrote 2` gives undo entries, `structs 3` lock structures.
#include <string>

#include "model/deadlock.h"

namespace gridlock::test {

/// Fails the test when it cannot read them.
Lock lock_from(const std::string& text);
Deadlock deadlock_from(const std::string& text);

}  // namespace gridlock::test
