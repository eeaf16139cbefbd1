#pragma once
/// A schedule in one word, for the line of a bug report: `gl1-2c9k0t8v4m0hq`.
///
/// It holds which session goes on at each turn, and a hash of the workload's text, so that it says so when it is given
/// another workload. Base 32 without i, l, o and u; a check sum catches a slip of the pen.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/explore/plan.h"

namespace gridlock::explore {

/// FNV-1a, 32 bits, of a workload's text.
std::uint32_t hash_of(std::string_view workload_text);

/// Which plan the turns are of.
struct Cast {
  std::uint32_t sessions = 0;  ///< bounds of the casts (a story: all 0)
  std::uint32_t values = 0;
  std::uint32_t rounds = 0;
  std::uint64_t number = 0;
  friend bool operator==(const Cast&, const Cast&) = default;
};

struct Token {
  std::uint32_t workload = 0;  ///< hash of its text
  std::optional<sql::Isolation> isolation;
  std::optional<Cast> cast;  ///< none: the workload is a story
  /// Per turn, the session and how many of its steps are left out before it.
  struct Entry {
    std::uint32_t session = 0;
    std::uint32_t left_out = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::uint32_t sessions = 0;
  std::vector<Entry> entries;
  friend bool operator==(const Token&, const Token&) = default;
};

std::string to_word(const Token& token);

/// None when the word is no token.
std::optional<Token> read_token(std::string_view word);

/// The word begins as a token does.
bool looks_like_token(std::string_view word);

Token token_of(const Plan& plan, const Turns& turns, std::uint32_t workload, std::optional<sql::Isolation> isolation,
               std::optional<Cast> cast);

/// None when the plan has no such turns.
std::optional<Turns> turns_of(const Token& token, const Plan& plan);

}  // namespace gridlock::explore
