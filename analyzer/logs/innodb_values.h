#pragma once
/// Column values from InnoDB's hexadecimal record dumps.
///
/// A dump carries bytes, not types: the table's definition is not in the log. A value is given only where the bytes
/// leave no reasonable doubt; otherwise it is "not known", which is not NULL. Storage formats:
/// storage/innobase/row/row0mysql.cc (integers: big endian, sign bit flipped) and sql-common/my_time.cc (DATE,
/// DATETIME).
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/lock.h"

namespace gridlock::logs {

/// One field of a record, as it is printed: ` 0: len 4; hex 80000001; asc     ;;`.
struct Field {
  std::string_view hex;    ///< of at most the first 30 bytes
  std::size_t length = 0;  ///< bytes printed
  bool null = false;
  bool cut = false;  ///< the value is longer than what is printed
};

/// All fields of one printed line: one since 5.1, several in 5.0. False when the line is no field line.
bool read_fields(std::string_view line, std::vector<Field>& fields);

/// The value, if the bytes tell it.
std::optional<Value> decode(const Field& field);

/// How many of the fields make the index entry's key: all of a secondary index; of a clustered one those before
/// DB_TRX_ID (6 bytes) and DB_ROLL_PTR (7 bytes).
std::size_t key_fields(const std::vector<Field>& fields, std::string_view index);

/// The key's columns (without names) and, in `data`, the text `performance_schema.data_locks` would show.
std::vector<KeyPart> key_of(const std::vector<Field>& fields, std::string_view index, std::string& data);

}  // namespace gridlock::logs
