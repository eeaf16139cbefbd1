#pragma once
/// A column of a locked record, as `performance_schema.data_locks.lock_data` prints it.
#include <string>

#include "drivers/reference/catalog.h"

namespace gridlock::reference {

/// Numbers as numbers and text in quotes; what InnoDB knows only as bytes in hexadecimal, as it stores them (DECIMAL,
/// DATETIME, DOUBLE, the hidden row id); a DATE as the number that it is stored as. Source: MySQL 9.7
/// storage/innobase/lock/lock0lock.cc, p_s_fill_lock_data; the bytes are those of sql/field.cc, mysys/my_time.cc
/// (TIME_to_longlong_datetime_packed) and strings/decimal.cc (decimal2bin).
std::string lock_data(const Column& column, const Value& value);

}  // namespace gridlock::reference
