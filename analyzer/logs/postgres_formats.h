#pragma once
/// PostgreSQL's structured logs: log_destination = csvlog (23 to 26 columns, by version) and jsonlog (15 and later).
#include <string_view>

#include "analyzer/logs/flavour.h"

namespace gridlock::logs {

bool is_csv_line(std::string_view line);
ReadLog read_postgres_csv(const Source& source);

bool is_json_line(std::string_view line);
ReadLog read_postgres_json(const Source& source);

}  // namespace gridlock::logs
