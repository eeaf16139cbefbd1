#pragma once
/// What the user wrote wrongly: a place, what is wrong there, and what to write instead.
#include <string>
#include <vector>

namespace gridlock {

/// A place in an input. Lines and columns count from 1 (columns in bytes); 0 means "not known".
struct Where {
  std::string file;
  int line = 0;
  int column = 0;
  friend bool operator==(const Where&, const Where&) = default;
};

/// One mistake in an input. Problems are collected and reported all at once, never thrown one by one.
struct Problem {
  Where where;
  std::string message;  ///< what is wrong, one sentence without a full stop
  std::string hint;     ///< what to write instead; empty when there is nothing useful to say
  friend bool operator==(const Problem&, const Problem&) = default;
};

using Problems = std::vector<Problem>;

/// `file:line:column`, leaving out the parts that are not known.
std::string to_string(const Where& where);

/// The candidate nearest to `word` by edit distance, or empty when none is near enough to be meant.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace gridlock
