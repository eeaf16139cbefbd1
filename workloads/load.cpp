#include "workloads/load.h"

#include <fmt/format.h>

#include <utility>

#include "workloads/check/into.h"
#include "workloads/check/names.h"
#include "workloads/read/reader.h"
#include "workloads/read/scalars.h"
#include "workloads/read/sections.h"
#include "workloads/yaml/tree.h"

namespace gridlock {
namespace {

using read::Fields;
using read::Reader;

/// `examples/holidays.yaml` -> `holidays`
std::string stem(std::string_view file) {
  file = file.substr(file.find_last_of("/\\") + 1);
  const std::size_t dot = file.find('.');
  return std::string(file.substr(0, dot == 0 ? std::string_view::npos : dot));
}

void read_head(Reader& reader, Fields& fields, Workload& workload) {
  workload.name = stem(reader.file());
  if (const auto* name = fields.find("name")) workload.name = read::text(reader, *name, "`name`").value_or("");
  if (const auto* about = fields.find("description"))
    workload.description = read::text(reader, *about, "`description`").value_or("");
  if (const auto* seed = fields.find("seed"))
    workload.seed = static_cast<std::uint64_t>(read::whole_number(reader, *seed, "`seed`", 0).value_or(1));
  if (const auto* schema = fields.find("schema")) read::schema(reader, *schema, workload);
  if (const auto* settings = fields.find("settings")) read::settings(reader, *settings, workload);
  if (const auto* data = fields.find("data")) workload.data = read::data(reader, *data);
}

/// A key of the other form is not silently ignored.
void refuse(Reader& reader, const Fields& fields, const yaml::Node* found, const char* key, const char* why,
            const char* hint) {
  if (found) reader.problem(fields.key(key), why, hint);
}

void read_play(Reader& reader, Fields& fields, Workload& workload) {
  const auto* transactions = fields.find("transactions");
  const auto* sessions =
      fields.require("sessions", "a list of session groups, or a map of named sessions with their steps");
  const auto* orders = fields.find("orders");
  const auto* retry = fields.find("retry");
  const auto* warm_up = fields.find("warm_up");
  std::vector<std::string> steps;
  if (sessions && sessions->is_map()) {
    refuse(reader, fields, transactions, "transactions", "a story (`sessions` is a map) has no `transactions`",
           "write each session's steps under its name, or make `sessions` a list");
    refuse(reader, fields, retry, "retry",
           "a story (`sessions` is a map) retries nothing: it plays its steps as written", "remove `retry`");
    refuse(reader, fields, warm_up, "warm_up",
           "a story (`sessions` is a map) has no warm-up: nothing in it is measured", "remove `warm_up`");
    auto story = read::story(reader, *sessions, orders);
    steps = read::step_names(story);
    workload.play = std::move(story);
  } else if (sessions && sessions->is_list()) {
    refuse(reader, fields, orders, "orders", "`orders` needs named steps, and only a story has them",
           "make `sessions` a map of named sessions with their steps, or remove `orders`");
    auto storm = read::storm(reader, transactions, *sessions);
    if (warm_up) storm.warm_up = read::duration(reader, *warm_up, "`warm_up`").value_or(Time{});
    workload.play = std::move(storm);
    if (retry) workload.retry = read::retry(reader, *retry);
  } else if (sessions) {
    reader.problem(
        *sessions,
        fmt::format("`sessions` is a list of groups or a map of named sessions, but this is {}", describe(*sessions)),
        "write `- {run: transfer, count: 8, times: 1000}`");
  }
  if (const auto* expect = fields.find("expect")) workload.expect = read::expectation(reader, *expect, steps);
}

Workload read_workload(Reader& reader, const yaml::Node& root) {
  Workload workload;
  workload.file = reader.file();
  if (root.is_null()) {
    reader.problem(root, "the file is empty",
                   "docs/workload.md shows what a workload holds; examples/ has some to begin with");
    return workload;
  }
  Fields fields(reader, root, "a workload");
  if (!root.is_map()) return workload;
  read_head(reader, fields, workload);
  read_play(reader, fields, workload);
  fields.done();
  check::names(reader, workload);
  check::into(reader, workload);
  return workload;
}

}  // namespace

Loaded load_workload(std::string_view yaml, const std::string& file) {
  if (yaml.starts_with("\xEF\xBB\xBF")) yaml.remove_prefix(3);
  auto document = yaml::parse(yaml, file);
  Loaded loaded;
  Reader reader(yaml, file);
  for (auto& problem : document.problems)
    reader.problem(problem.where, std::move(problem.message), std::move(problem.hint));
  std::optional<Workload> workload;
  if (document.root) workload = read_workload(reader, *document.root);
  loaded.problems = reader.problems();
  if (loaded.problems.empty()) loaded.workload = std::move(workload);
  return loaded;
}

}  // namespace gridlock
