#pragma once
/// From a workload to what a driver is opened with, in the dialect of its engine.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "drivers/driver.h"
#include "workloads/runner/runner.h"
#include "workloads/workload.h"

namespace gridlock {

/// The statement to send where `dialect` is spoken; null when the step is left out there (or is no statement).
std::shared_ptr<const Prepared> statement_for(const Step& step, const std::string& dialect);

/// Parts of the workload that are written for another dialect only.
Problems missing_for(const Workload& workload, const std::string& dialect);

/// Whether a part of a storm has the session of this number in the whole.
bool plays(const Shard& shard, std::uint32_t session);

/// Session ids are places in `Setup::sessions`: in a story as the file names them, in a storm group by group.
Setup setup_for(const Workload& workload, const std::string& dialect, std::uint64_t seed, const RunOptions& options);

/// The isolation level that all transactions of a group share, if they do: then it is the session's own.
std::optional<sql::Isolation> shared_isolation(const Storm& storm, const SessionGroup& group);

const TransactionType* transaction_type(const Storm& storm, const std::string& name);

}  // namespace gridlock
