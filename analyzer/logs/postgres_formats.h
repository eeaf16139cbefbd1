#pragma once
/// PostgreSQL's structured logs: log_destination = csvlog (23 to 26 columns, by version) and jsonlog (15 and later).
#include <string_view>

#include "analyzer/logs/flavour.h"
#include "analyzer/logs/postgres_record.h"

namespace gridlock::logs {

bool is_csv_line(std::string_view line);
/// Up to where it was read, as Flavour::read has it.
std::size_t read_postgres_csv(const Source& source, PostgresStory& story);

bool is_json_line(std::string_view line);
std::size_t read_postgres_json(const Source& source, PostgresStory& story);

}  // namespace gridlock::logs
