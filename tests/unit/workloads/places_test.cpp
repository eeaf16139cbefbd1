// SQL inside YAML is pointed at where it stands in the file.
#include <gtest/gtest.h>

#include "workloads/yaml/places.h"
#include "workloads/yaml/tree.h"

namespace gridlock {
namespace {

/// Line and column at which `word` of the value of key `v` is said to stand.
std::string place(const std::string& file, const std::string& word) {
  const auto document = yaml::parse(file, "f");
  const yaml::Node* scalar = document.root->find("v");
  return to_string(yaml::Places(file, *scalar, "f").at(scalar->text.find(word)));
}

TEST(Places, Plain) {
  EXPECT_EQ(place("v: one two", "two"), "f:1:8");
  EXPECT_EQ(place("v: one\n   two\n\n   three", "two"), "f:2:4");
  EXPECT_EQ(place("v: one\n   two\n\n   three", "three"), "f:4:4");
}

TEST(Places, Quoted) {
  EXPECT_EQ(place("v: 'it''s two'", "two"), "f:1:11");
  EXPECT_EQ(place(R"(v: "a \"b\" c")", "c"), "f:1:13");
  EXPECT_EQ(place(R"(v: "\u00e9\x41 end")", "end"), "f:1:16");
  EXPECT_EQ(place("v: \"a\\n b\"", "b"), "f:1:9");
  EXPECT_EQ(place("v: \"one \\\n    two\"", "two"), "f:2:5");
}

TEST(Places, Literal) {
  EXPECT_EQ(place("v: |\n  one\n    two\n  three\n", "two"), "f:3:5");
  EXPECT_EQ(place("v: |\n  one\n    two\n  three\n", "three"), "f:4:3");
  EXPECT_EQ(place("v: |2- # a comment\n    one\n  two", "two"), "f:3:3");
}

TEST(Places, Folded) {
  EXPECT_EQ(place("v: >-\n  one\n  two\n\n  three\n", "two"), "f:3:3");
  EXPECT_EQ(place("v: >-\n  one\n  two\n\n  three\n", "three"), "f:5:3");
}

TEST(Places, AfterAnAnchorOrATag) {
  EXPECT_EQ(place("v: &name one two", "two"), "f:1:14");
  EXPECT_EQ(place("v: !sql 'one two'", "two"), "f:1:14");
}

TEST(Places, TheEndAndBeyond) {
  const auto document = yaml::parse("v: 'ab'", "f");
  const yaml::Places places("v: 'ab'", *document.root->find("v"), "f");
  EXPECT_EQ(to_string(places.at(2)), "f:1:7");
  EXPECT_EQ(to_string(places.at(99)), "f:1:7");
}

}  // namespace
}  // namespace gridlock
