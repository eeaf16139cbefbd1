#include "analyzer/account.h"

#include <utility>

#include "analyzer/analyzer.h"

namespace gridlock {

std::optional<AccountedDeadlock> read_account(const DeadlockAccount& account, SessionId victim,
                                              const Connections& connections) {
  if (account.text.empty()) return std::nullopt;
  ReadLog log = read_log(account.text, "");
  if (log.deadlocks.empty()) return std::nullopt;
  AccountedDeadlock result{std::move(log.deadlocks.back()), {}};
  Deadlock& deadlock = result.deadlock;
  for (std::size_t i = 0; i < deadlock.parties.size(); ++i) {
    const auto found = connections.find(deadlock.parties[i].thread_or_pid);
    if (found == connections.end()) return std::nullopt;
    result.sessions.push_back(found->second);
    // A PostgreSQL session is told of its own end only. InnoDB's account is public and names the victim, but several
    // versions of MariaDB count wrongly there (MDEV-37977); who was told 1213 is known.
    const bool sure = account.source == DeadlockAccount::Source::client_error || deadlock.engine == "mariadb";
    if (sure && found->second == victim) deadlock.victim = i;
  }
  if (deadlock.engine == "mariadb") deadlock.notes.clear();  // they are doubts about the victim
  if (!deadlock.victim || result.sessions[*deadlock.victim] != victim) return std::nullopt;
  return result;
}

}  // namespace gridlock
