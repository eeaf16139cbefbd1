#pragma once
/// The top-level keys of a workload, one function each.
#include <map>
#include <string>
#include <vector>

#include "workloads/read/reader.h"
#include "workloads/workload.h"

namespace gridlock::read {

void schema(Reader& reader, const yaml::Node& node, Workload& workload);

/// `data: {accounts: {rows: 100, columns: {id: sequence}}}`
std::vector<GeneratedTable> data(Reader& reader, const yaml::Node& node);

/// `{innodb_lock_wait_timeout: 5}`
void flat_settings(Reader& reader, const yaml::Node& node, Settings& settings, SettingPlaces& where);

/// Flat, or a map for each dialect: "any", "mysql", "postgres".
void settings(Reader& reader, const yaml::Node& node, Workload& workload);

RetryPolicy retry(Reader& reader, const yaml::Node& node);

/// `steps`: the story's step names, for `outcomes`; empty in a storm.
Expectation expectation(Reader& reader, const yaml::Node& node, const std::vector<std::string>& steps);

/// `transactions` (may be null) and `sessions` as a list.
Storm storm(Reader& reader, const yaml::Node* transactions, const yaml::Node& sessions);

/// `sessions` as a map, and `orders` (may be null).
Story story(Reader& reader, const yaml::Node& sessions, const yaml::Node* orders);

/// Every step name, in the file's order.
std::vector<std::string> step_names(const Story& story);

}  // namespace gridlock::read
