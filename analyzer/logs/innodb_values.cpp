#include "analyzer/logs/innodb_values.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

using Bytes = std::vector<std::uint8_t>;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Bytes bytes_of(std::string_view hex) {
  Bytes bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(hex_digit(hex[i]) * 16 + hex_digit(hex[i + 1])));
  return bytes;
}

std::uint64_t big_endian(const Bytes& bytes, std::size_t begin, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = begin; i < begin + count; ++i) number = number << 8 | bytes[i];
  return number;
}

std::int64_t signed_integer(const Bytes& bytes) {
  const unsigned bits = static_cast<unsigned>(bytes.size()) * 8;
  const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
  return static_cast<std::int64_t>(big_endian(bytes, 0, bytes.size()) - sign);
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar (Howard Hinnant's days_from_civil).
std::int32_t days_from_civil(std::int32_t year, std::int32_t month, std::int32_t day) {
  year -= month <= 2;
  const std::int32_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int32_t year_of_era = year - era * 400;
  const std::int32_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

bool is_day(std::int32_t year, std::int32_t month, std::int32_t day) {
  return year >= 1900 && year <= 2199 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/// DATE: 3 bytes, sign bit flipped; day + month * 32 + year * 512.
std::optional<Value> date(const Bytes& bytes) {
  if (bytes.size() != 3 || bytes[0] < 0x80) return std::nullopt;
  const auto packed = static_cast<std::int32_t>(signed_integer(bytes));
  const std::int32_t year = packed >> 9, month = packed >> 5 & 15, day = packed & 31;
  if (!is_day(year, month, day)) return std::nullopt;
  return Date{days_from_civil(year, month, day)};
}

/// DATETIME(n): 5 bytes (sign, 17 bits year * 13 + month, 5 day, 5 hour, 6 minute, 6 second), then (n + 1) / 2 bytes of
/// fraction.
std::optional<Value> datetime(const Bytes& bytes) {
  if (bytes.size() < 5 || bytes.size() > 8 || bytes[0] < 0x80) return std::nullopt;
  const std::uint64_t packed = big_endian(bytes, 0, 5);
  const auto year_month = static_cast<std::int32_t>(packed >> 22 & 0x1FFFF);
  const std::int32_t year = year_month / 13, month = year_month % 13;
  const auto day = static_cast<std::int32_t>(packed >> 17 & 31);
  const auto hour = static_cast<std::int64_t>(packed >> 12 & 31);
  const auto minute = static_cast<std::int64_t>(packed >> 6 & 63);
  const auto second = static_cast<std::int64_t>(packed & 63);
  constexpr std::array<std::int64_t, 4> unit{1, 10'000, 100, 1};  // of a fraction of 0, 1, 2, 3 bytes, in microseconds
  const std::size_t fraction_bytes = bytes.size() - 5;
  const auto fraction = static_cast<std::int64_t>(big_endian(bytes, 5, fraction_bytes)) * unit[fraction_bytes];
  if (!is_day(year, month, day) || hour > 23 || minute > 59 || second > 59 || fraction > 999'999) return std::nullopt;
  const std::int64_t seconds =
      days_from_civil(year, month, day) * std::int64_t{86400} + hour * 3600 + minute * 60 + second;
  return DateTime{seconds * 1'000'000 + fraction};
}

/// The length of the UTF-8 character at `i`, 0 if there is none that can be shown.
std::size_t shown_character(const Bytes& bytes, std::size_t i) {
  const std::uint8_t c = bytes[i];
  if (c < 0x80) return c >= 0x20 && c != 0x7f ? 1 : 0;
  const std::size_t length = c >= 0xF0 && c <= 0xF4 ? 4 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xC2 && c < 0xE0 ? 2 : 0;
  if (length == 0 || i + length > bytes.size()) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((bytes[i + k] & 0xC0) != 0x80) return 0;
  return length;
}

bool is_text(const Bytes& bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = shown_character(bytes, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string text_of(const Bytes& bytes) {
  std::string text(bytes.begin(), bytes.end());
  // CHAR is padded with blanks to the column's width; comparison ignores them.
  while (text.size() > 1 && text.back() == ' ') text.pop_back();
  return text;
}

bool is_integer_size(std::size_t size) { return size == 1 || size == 2 || size == 3 || size == 4 || size == 8; }

/// A small positive signed integer begins with 0x80, a small negative one with 0x7f (and then 0xff), a small unsigned
/// one with 0x00. Other first bytes leave doubt: a hash, an identifier with the top bit set, a float.
std::optional<Value> integer(const Bytes& bytes) {
  if (!is_integer_size(bytes.size())) return std::nullopt;
  const std::uint8_t first = bytes[0];
  const std::uint8_t widest_positive = bytes.size() == 1 ? 0xFF : bytes.size() == 2 ? 0xBF : 0x9F;
  if (first >= 0x80 && first <= widest_positive) return signed_integer(bytes);
  if (first == 0x7f && (bytes.size() == 1 || bytes[1] >= 0x80)) return signed_integer(bytes);
  const bool small_unsigned = first == 0 || (bytes.size() == 1 && first < 0x20);
  if (small_unsigned) return static_cast<std::int64_t>(big_endian(bytes, 0, bytes.size()));
  return std::nullopt;
}

bool is_clustered_by_name(std::string_view index) { return index == "PRIMARY" || index == "GEN_CLUST_INDEX"; }

std::string shown(const Field& field, const std::optional<Value>& value) {
  if (!value) return "0x" + std::string(field.hex) + (field.cut ? "..." : "");
  return to_sql(*value);
}

/// One field from the front of `text`; what follows it stays in `text`.
bool take_field(std::string_view& text, Field& field) {
  text = trim_left(text);
  if (take_digits(text).empty() || !take(text, ":")) return false;
  text = trim_left(text);
  field = {};
  if (take(text, "SQL NULL")) {
    field.null = true;
  } else if (take(text, "SQL DEFAULT")) {
    field.cut = true;
  } else {
    // `len 4; hex 80000001; asc ...`; Aurora writes `len=12; bufptr=0x...; hex= 444d...; asc ...`.
    if (!take(text, "len ") && !take(text, "len=")) return false;
    const std::uint64_t length = to_number(take_digits(text));
    const std::size_t hex = text.find("hex");
    if (hex == std::string_view::npos) return false;
    text.remove_prefix(hex + 3);
    take(text, "=");
    text = trim_left(text);
    std::size_t digits = 0;
    while (digits < text.size() && hex_digit(text[digits]) >= 0) ++digits;
    if (digits != length * 2) return false;  // the line was cut
    field.hex = text.substr(0, digits);
    field.length = static_cast<std::size_t>(length);
    text.remove_prefix(digits);
    if (take(text, "; asc ")) text.remove_prefix(std::min<std::size_t>(text.size(), field.length));
    const std::string_view rest = text.substr(0, 40);
    field.cut = contains(rest, "(total ");
  }
  const std::size_t end = text.find(';');
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  while (take(text, ";")) {
  }
  return true;
}

}  // namespace

bool read_fields(std::string_view line, std::vector<Field>& fields) {
  Field field;
  if (!take_field(line, field)) return false;
  fields.push_back(field);
  while (take_field(line, field)) fields.push_back(field);
  return true;
}

std::optional<Value> decode(const Field& field) {
  if (field.null) return Null{};
  if (field.cut) return std::nullopt;
  if (field.length == 0) return std::string();
  const Bytes bytes = bytes_of(field.hex);
  if (auto value = date(bytes)) return value;
  if (auto value = datetime(bytes)) return value;
  if (auto value = integer(bytes)) return value;
  // One printable byte may as well be a small number, an ENUM or a YEAR.
  if (bytes.size() > 1 && is_text(bytes)) return text_of(bytes);
  return std::nullopt;
}

std::size_t key_fields(const std::vector<Field>& fields, std::string_view index) {
  for (std::size_t i = 0; i + 1 < fields.size(); ++i) {
    const bool system_columns = fields[i].length == 6 && fields[i + 1].length == 7;
    if (!system_columns || (i == 0 && index != "GEN_CLUST_INDEX")) continue;
    if (is_clustered_by_name(index)) return std::max<std::size_t>(i, 1);
    // A unique index without NULLs may be the clustered one; transaction ids are far below 2^32, texts are not.
    if (fields[i].hex.starts_with("0000")) return i;
  }
  return fields.size();
}

std::vector<KeyPart> key_of(const std::vector<Field>& fields, std::string_view index, std::string& data) {
  std::vector<KeyPart> key;
  const std::size_t count = key_fields(fields, index);
  for (std::size_t i = 0; i < count; ++i) {
    std::optional<Value> value = decode(fields[i]);
    if (index == "GEN_CLUST_INDEX" && !value && fields[i].length == 6)
      value = static_cast<std::int64_t>(big_endian(bytes_of(fields[i].hex), 0, 6));  // DB_ROW_ID
    if (!data.empty()) data += ", ";
    data += shown(fields[i], value);
    key.push_back({"", std::move(value)});
  }
  return key;
}

}  // namespace gridlock::logs
