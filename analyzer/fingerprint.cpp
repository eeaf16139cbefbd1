#include "analyzer/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/sql/parse.h"

namespace gridlock {
namespace {

sql::Dialect dialect_of(const Deadlock& deadlock) {
  if (deadlock.engine == "postgres") return sql::Dialect::postgres;
  return deadlock.engine.empty() ? sql::Dialect::either : sql::Dialect::mysql;
}

/// A log says AUTO-INC, data_locks says AUTO_INC.
std::string plain_mode(std::string mode) {
  std::replace(mode.begin(), mode.end(), '-', '_');
  return mode;
}

std::string shape_of(const Lock& lock) {
  const bool nameless = lock.table.empty() && lock.index.empty();
  return fmt::format("{} {} {} {}{}", to_string(lock.kind), plain_mode(lock.mode), bare_table(lock.table), lock.index,
                     nameless        ? ""
                     : lock.supremum ? " supremum"
                                     : "");
}

std::string shape_of(const Party& party, sql::Dialect dialect) {
  std::string shape = sql::fingerprint(party.statement, dialect);
  shape += "|waits:" + (party.waits_for ? shape_of(*party.waits_for) : std::string());
  shape += "|holds:" + (party.holds.empty() ? std::string() : shape_of(party.holds.front()));
  return shape;
}

/// FNV-1a, 64 bits: no hash of the standard library, whose values differ between platforms.
std::uint64_t hash(std::uint64_t seed, const std::string& text) {
  constexpr std::uint64_t prime = 1099511628211ULL;
  for (const char c : text) seed = (seed ^ static_cast<std::uint8_t>(c)) * prime;
  return (seed ^ 0xFF) * prime;
}

}  // namespace

std::string bare_table(const std::string& table) {
  const std::size_t dot = table.rfind('.');
  return dot == std::string::npos ? table : table.substr(dot + 1);
}

std::string fingerprint(const Deadlock& deadlock) {
  std::vector<std::string> shapes;
  for (const Party& party : deadlock.parties) shapes.push_back(shape_of(party, dialect_of(deadlock)));
  // Told from the party whose telling sorts first: the cycle has no other beginning that is independent of names.
  std::vector<std::string> best = shapes;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    std::rotate(shapes.begin(), shapes.begin() + 1, shapes.end());
    best = std::min(best, shapes);
  }
  std::uint64_t value = 14695981039346656037ULL;
  for (const std::string& shape : best) value = hash(value, shape);
  return fmt::format("{:016x}", value);
}

}  // namespace gridlock
