#pragma once
/// Lock stories: text in, text out.
///
/// A story is a list of lines, each one call of the lock table; what it came to is appended to the line:
///
///     1 X,REC_NOT_GAP 10      transaction 1 asks for the record 10          granted | covered | waits for 2 ...
///     1 IX t                  ... for the table; `sup` is the supremum; `10b` the record 10 of a second index
///     1 nowait S 10           ... or is refused
///     1 needed X,GAP,INSERT_INTENTION 20   recorded only if it must wait
///     1 owns 10               an implicit X,REC_NOT_GAP made explicit
///     1 drop S 10             lets go of one lock
///     1 cancel                gives up waiting
///     1 end                   lets go of everything
///     1 rc                    inherits on insert only
///     insert 15 before 20, remove 10 before 20
///     queue 10, locks 1, way 1 (who is in 1's way), weight 1, structs 1, deadlock
///
/// A page holds ten record numbers: 10..19 share one.
#include <string>
#include <string_view>

#include "drivers/reference/lock_rules.h"

namespace gridlock::reference {

/// The story told again, each line with its outcome.
std::string tell(std::string_view story, const LockRules& rules = innodb_rules());

/// Expects the story, with its outcomes, to read exactly as written: `line -> outcome`.
void check(std::string_view expected, const LockRules& rules = innodb_rules());

}  // namespace gridlock::reference
