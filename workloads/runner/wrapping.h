#pragma once
/// The statements that stand around the steps of a transaction type.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/driver.h"
#include "workloads/workload.h"

namespace gridlock {

using Statements = std::vector<std::shared_ptr<const Prepared>>;

/// Whether BEGIN and COMMIT are added: not with `autocommit`, and not when the steps say BEGIN themselves.
bool is_wrapped(const TransactionType& type, const std::string& dialect);

/// BEGIN, at an isolation level where one is given that is not the session's own: MySQL takes SET TRANSACTION before
/// BEGIN, PostgreSQL has it in BEGIN.
Statements begin_statements(const std::string& dialect, std::optional<sql::Isolation> isolation);

std::shared_ptr<const Prepared> commit_statement();
std::shared_ptr<const Prepared> rollback_statement();

}  // namespace gridlock
