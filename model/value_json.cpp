#include "model/value_json.h"

#include <cmath>

#include "model/calendar.h"

namespace gridlock {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

/// How many bytes from `begin` are one well-formed character (RFC 3629); 0 when they are none.
std::size_t character_length(std::string_view text, std::size_t begin) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return begin + i < text.size() ? static_cast<unsigned char>(text[begin + i]) : 0U;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) > 0x9F;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead < 0xF0 || lead > 0xF4) return 0;
  const bool out_of_range = (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F);
  return follows(1) && follows(2) && follows(3) && !out_of_range ? 4 : 0;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_length(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string to_hex(std::string_view bytes) {
  std::string result;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    result += hex_digits[byte >> 4U];
    result += hex_digits[byte & 15U];
  }
  return result;
}

std::optional<Value> from_hex(std::string_view hex) {
  std::string result;
  if (hex.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const std::size_t high = hex_digits.find(hex[i]), low = hex_digits.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    result += static_cast<char>(high * 16 + low);
  }
  return result;
}

std::optional<Value> read_decimal(const std::string& text) {
  const auto number = parse_number(text);
  if (!number || std::holds_alternative<double>(*number)) return std::nullopt;
  if (std::holds_alternative<Decimal>(*number)) return number;
  return *as_decimal(*number, 0);
}

template <typename T>
std::optional<Value> widen(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return Value(*value);
}

std::optional<Value> tagged_value(const std::string& tag, const std::string& text) {
  if (tag == "decimal") return read_decimal(text);
  if (tag == "date") return widen(parse_date(text));
  if (tag == "datetime") return widen(parse_datetime(text));
  if (tag == "bytes") return from_hex(text);
  if (tag != "real") return std::nullopt;
  if (text == "inf" || text == "-inf") return text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
  return std::nan("");
}

std::string tag_of(const Value& value) {
  switch (value.index()) {
    case 2: return "decimal";
    case 3: return "real";
    case 4: return "bytes";
    case 5: return "date";
    default: return "datetime";
  }
}

}  // namespace

std::string utf8(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_length(text, i);
    result += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(i, length);
    i += length == 0 ? 1 : length;
  }
  return result;
}

Json to_json(const Value& value) {
  if (is_null(value)) return nullptr;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value); real && std::isfinite(*real)) return *real;
  const auto* text = std::get_if<std::string>(&value);
  if (text && is_utf8(*text)) return *text;
  return Json{{tag_of(value), text ? to_hex(*text) : to_text(value)}};
}

std::optional<Value> value_of(const Json& json) {
  if (json.is_null()) return Null{};
  if (json.is_number_float()) return json.get<double>();
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX) return json.get<double>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_string()) return json.get<std::string>();
  if (!json.is_object() || json.size() != 1 || !json.begin()->is_string()) return std::nullopt;
  return tagged_value(json.begin().key(), json.begin()->get<std::string>());
}

Json plain_json(const Value& value) {
  if (is_null(value)) return nullptr;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value); real && std::isfinite(*real)) return *real;
  return utf8(to_text(value));
}

}  // namespace gridlock
