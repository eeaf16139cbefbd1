// Values from hexadecimal dumps, where the bytes tell them.
#include "analyzer/logs/innodb_values.h"

#include <gtest/gtest.h>

namespace gridlock::logs {
namespace {

std::string value(const std::string& hex) {
  std::vector<Field> fields;
  const std::string line = " 0: len " + std::to_string(hex.size() / 2) + "; hex " + hex + "; asc ;;";
  EXPECT_TRUE(read_fields(line, fields));
  const auto decoded = decode(fields.at(0));
  return decoded ? to_sql(*decoded) : "?";
}

TEST(InnodbValues, Integers) {
  EXPECT_EQ(value("80000001"), "1");
  EXPECT_EQ(value("7fffffff"), "-1");
  EXPECT_EQ(value("00000001"), "1");
  EXPECT_EQ(value("85b06d55"), "95448405");
  EXPECT_EQ(value("8000000000000037"), "55");
  EXPECT_EQ(value("000000000108e2c7"), "17359559");
  EXPECT_EQ(value("81"), "1");
  EXPECT_EQ(value("8007"), "7");
  EXPECT_EQ(value("800005"), "5");
}

TEST(InnodbValues, Texts) {
  EXPECT_EQ(value("4265726e"), "'Bern'");
  EXPECT_EQ(value("5ac3bc72696368"), "'Zürich'");
  EXPECT_EQ(value("555344"), "'USD'");
  EXPECT_EQ(value("41422020"), "'AB'");  // CHAR(4), padded
  EXPECT_EQ(value(""), "''");
}

TEST(InnodbValues, Dates) {
  EXPECT_EQ(value("8fd05d"), "'2024-02-29'");
  EXPECT_EQ(value("8fcf9f"), "'2023-12-31'");
  EXPECT_EQ(value("99b86522290336b7"), "'2025-12-18 18:08:41.210615'");
  EXPECT_EQ(value("99b8652229"), "'2025-12-18 18:08:41'");
}

TEST(InnodbValues, DoubtIsNotGuessed) {
  EXPECT_EQ(value("5260d8f3"), "?");                          // a TIMESTAMP, a hash, a float
  EXPECT_EQ(value("41"), "?");                                // 'A', 65, a YEAR, an ENUM
  EXPECT_EQ(value("5afc72696368"), "?");                      // latin1
  EXPECT_EQ(value("018b847f24677a02bbd2f2356703b54b"), "?");  // a UUID
  EXPECT_EQ(value("ff00000000000001"), "?");
  EXPECT_EQ(value("8000000000"), "?");  // a DECIMAL
}

std::string key(const std::vector<std::string>& lines, const std::string& index, std::string& data) {
  std::vector<Field> fields;
  for (const std::string& line : lines) EXPECT_TRUE(read_fields(line, fields)) << line;
  std::string text;
  for (const KeyPart& part : key_of(fields, index, data))
    text += (text.empty() ? "" : ", ") + (part.value ? to_sql(*part.value) : "?");
  return text;
}

TEST(InnodbValues, KeyOfAClusteredIndexEndsBeforeTheSystemColumns) {
  std::string data;
  EXPECT_EQ(key({" 0: len 4; hex 80000001; asc     ;;", " 1: len 2; hex 4142; asc AB;;",
                 " 2: len 6; hex 000000000650; asc P;;", " 3: len 7; hex 020000011504ce; asc ;;", " 4: SQL NULL;"},
                "PRIMARY", data),
            "1, 'AB'");
  EXPECT_EQ(data, "1, 'AB'");
}

TEST(InnodbValues, KeyOfASecondaryIndexIsAllOfIt) {
  std::string data;
  EXPECT_EQ(key({" 0: SQL NULL;", " 1: len 6; hex 534b55323030; asc SKU200;;",
                 " 2: len 7; hex 41424344454647; asc ABCDEFG;;"},
                "sku", data),
            "NULL, 'SKU200', 'ABCDEFG'");
}

TEST(InnodbValues, OneLineOfTheOldestFormat) {
  std::string data;
  EXPECT_EQ(key({" 0: len 4; hex 80000001; asc     ;; 1: len 4; hex 80000002; asc  ;;;;; 2: SQL NULL;"}, "i", data),
            "1, 2, NULL");
}

TEST(InnodbValues, Aurora) {
  std::string data;
  EXPECT_EQ(key({" 0: len=4; bufptr=0x2b477c446256; hex= 80000007; asc     ;;"}, "i", data), "7");
}

TEST(InnodbValues, LongValuesAreNotKnown) {
  std::string data;
  EXPECT_EQ(key({" 0: len 3; hex 414243; asc ABC; (total 36 bytes);"}, "i", data), "?");
  EXPECT_EQ(data, "0x414243...");
}

TEST(InnodbValues, CutLinesAreNoFields) {
  std::vector<Field> fields;
  EXPECT_FALSE(read_fields(" 0: len 4; hex 8000", fields));
  EXPECT_FALSE(read_fields("Record lock, heap no 3", fields));
  EXPECT_TRUE(fields.empty());
}

}  // namespace
}  // namespace gridlock::logs
