#include "drivers/reference/data_text.h"

#include <fmt/format.h>

#include <array>
#include <bit>

#include "model/calendar.h"

namespace gridlock::reference {
namespace {

std::string hexadecimal(const std::string& bytes) {
  std::string text = "0x";
  for (const char byte : bytes) text += fmt::format("{:02X}", static_cast<unsigned char>(byte));
  return text;
}

/// The lowest `count` bytes, the highest first.
std::string big_endian(std::uint64_t number, int count) {
  std::string bytes;
  for (int i = count - 1; i >= 0; --i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  return bytes;
}

std::int64_t date_bits(Date date) {
  const Civil day = civil(date);
  return (day.year * 16 + day.month) * 32 + day.day;
}

std::string datetime_bytes(DateTime time) {
  constexpr std::int64_t day_micros = 86'400'000'000;
  std::int64_t days = time.micros / day_micros;
  std::int64_t rest = time.micros % day_micros;
  if (rest < 0) {
    rest += day_micros;
    --days;
  }
  const Civil day = civil(Date{static_cast<std::int32_t>(days)});
  const std::int64_t second = rest / 1'000'000;
  const std::int64_t date = ((day.year * 13 + day.month) << 5) | day.day;
  const std::int64_t clock = ((second / 3600) << 12) | ((second / 60 % 60) << 6) | (second % 60);
  return big_endian(static_cast<std::uint64_t>((date << 17) | clock) + 0x8000000000U, 5);
}

std::string double_bytes(double real) {
  const std::string big = big_endian(std::bit_cast<std::uint64_t>(real), 8);
  return {big.rbegin(), big.rend()};
}

constexpr std::array<int, 10> bytes_for_digits{0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
constexpr int digits_per_word = 9;

std::uint64_t number_of(const std::string& digits) { return digits.empty() ? 0 : std::stoull(digits); }

/// Nine digits make four bytes; the odd digits stand before the point in front, behind it at the end.
std::string decimal_bytes(Decimal decimal, const sql::Type& type) {
  const int precision = type.length > 0 ? type.length : 10;
  const auto whole = static_cast<std::size_t>(precision - type.scale);
  const auto fraction = static_cast<std::size_t>(type.scale);
  const bool negative = decimal.unscaled < 0;
  const auto magnitude = static_cast<std::uint64_t>(negative ? -decimal.unscaled : decimal.unscaled);
  std::string digits = std::to_string(magnitude);
  if (digits.size() < whole + fraction) digits.insert(0, whole + fraction - digits.size(), '0');
  std::string bytes;
  std::size_t at = whole % digits_per_word;
  bytes += big_endian(number_of(digits.substr(0, at)), bytes_for_digits[at]);
  for (; at < whole; at += digits_per_word) bytes += big_endian(number_of(digits.substr(at, digits_per_word)), 4);
  for (; at + digits_per_word <= whole + fraction; at += digits_per_word) {
    bytes += big_endian(number_of(digits.substr(at, digits_per_word)), 4);
  }
  const std::string rest = digits.substr(at);
  bytes += big_endian(number_of(rest), bytes_for_digits[rest.size()]);
  bytes[0] = static_cast<char>(bytes[0] ^ 0x80);
  if (negative) {
    for (char& byte : bytes) byte = static_cast<char>(~byte);
  }
  return bytes;
}

std::string quoted(std::string text, const sql::Type& type) {
  const bool padded = type.name == "CHAR" && type.length > 0;
  if (padded && text.size() < static_cast<std::size_t>(type.length))
    text.resize(static_cast<std::size_t>(type.length), ' ');
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) text.insert(at, 1, '\'');
  return fmt::format("'{}'", text);
}

}  // namespace

std::string lock_data(const Column& column, const Value& value) {
  if (is_null(value)) return "NULL";
  if (column.hidden) return hexadecimal(big_endian(static_cast<std::uint64_t>(std::get<std::int64_t>(value)), 6));
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text, column.type);
  if (const auto* date = std::get_if<Date>(&value)) return std::to_string(date_bits(*date));
  if (const auto* time = std::get_if<DateTime>(&value)) return hexadecimal(datetime_bytes(*time));
  if (const auto* real = std::get_if<double>(&value)) return hexadecimal(double_bytes(*real));
  if (const auto* decimal = std::get_if<Decimal>(&value)) return hexadecimal(decimal_bytes(*decimal, column.type));
  return to_text(value);
}

}  // namespace gridlock::reference
