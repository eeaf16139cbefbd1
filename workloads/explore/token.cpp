#include "workloads/explore/token.h"

#include <bit>

namespace gridlock::explore {
namespace {

constexpr std::string_view prefix = "gl1-";
constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford's
constexpr std::uint64_t most_turns = 100'000;

class Bits {
 public:
  void put(std::uint64_t value, int width) {
    for (int i = width; i-- > 0;) bits_.push_back((value >> i & 1U) != 0);
  }
  /// Groups of 3 bits, the lowest first, each after a bit that says whether another one follows.
  void put_number(std::uint64_t value) {
    do {
      put(value > 7 ? 1 : 0, 1);
      put(value & 7, 3);
      value >>= 3;
    } while (value != 0);
  }
  std::string word() {
    while (bits_.size() % 5 != 0) bits_.push_back(false);
    std::string out;
    for (std::size_t i = 0; i < bits_.size(); i += 5) {
      std::size_t digit = 0;
      for (std::size_t j = 0; j < 5; ++j) digit = digit * 2 + (bits_[i + j] ? 1 : 0);
      out += digits[digit];
    }
    return out;
  }

 private:
  std::vector<bool> bits_;
};

class ReadBits {
 public:
  /// False when a letter is no digit.
  bool read(std::string_view word) {
    for (char c : word) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (c == 'o') c = '0';
      if (c == 'i' || c == 'l') c = '1';
      const std::size_t digit = digits.find(c);
      if (digit == std::string_view::npos) return false;
      for (int i = 5; i-- > 0;) bits_.push_back((digit >> i & 1U) != 0);
    }
    return true;
  }
  std::uint64_t take(int width) {
    std::uint64_t value = 0;
    for (int i = 0; i < width; ++i) value = value * 2 + (at_ < bits_.size() && bits_[at_] ? 1 : 0), ++at_;
    return value;
  }
  std::uint64_t take_number() {
    std::uint64_t value = 0, more = 1;
    for (int shift = 0; more != 0 && shift < 63; shift += 3) {
      more = take(1);
      value |= take(3) << shift;
    }
    return value;
  }
  bool overrun() const { return at_ > bits_.size(); }

 private:
  std::vector<bool> bits_;
  std::size_t at_ = 0;
};

int session_bits(std::uint32_t sessions) { return sessions < 2 ? 0 : std::bit_width(sessions - 1); }

/// All that stands before the check sum.
void put_body(Bits& bits, const Token& token) {
  bits.put(token.isolation ? static_cast<std::uint64_t>(*token.isolation) + 1 : 0, 3);
  bits.put(token.cast ? 1 : 0, 1);
  if (token.cast)
    for (const std::uint64_t part : {std::uint64_t{token.cast->sessions}, std::uint64_t{token.cast->values},
                                     std::uint64_t{token.cast->rounds}, token.cast->number})
      bits.put_number(part);
  bits.put(token.workload, 32);
  bits.put_number(token.sessions);
  bits.put_number(token.entries.size());
  for (const Token::Entry& entry : token.entries) {
    bits.put(entry.session, session_bits(token.sessions));
    bits.put(entry.left_out > 0 ? 1 : 0, 1);
    if (entry.left_out > 0) bits.put_number(entry.left_out);
  }
}

std::uint64_t check_sum(const Token& token) {
  Bits bits;
  put_body(bits, token);
  return hash_of(bits.word()) & 0x3ff;
}

}  // namespace

std::uint32_t hash_of(std::string_view text) {
  std::uint32_t value = 2166136261U;
  for (const char c : text) value = (value ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return value;
}

std::string to_word(const Token& token) {
  Bits bits;
  bits.put(check_sum(token), 10);
  put_body(bits, token);
  return std::string(prefix) + bits.word();
}

bool looks_like_token(std::string_view word) { return word.starts_with(prefix); }

std::optional<Token> read_token(std::string_view word) {
  if (!looks_like_token(word)) return std::nullopt;
  ReadBits bits;
  if (!bits.read(word.substr(prefix.size()))) return std::nullopt;
  const std::uint64_t sum = bits.take(10);
  Token token;
  const std::uint64_t isolation = bits.take(3);
  if (isolation > 4) return std::nullopt;
  if (isolation > 0) token.isolation = static_cast<sql::Isolation>(isolation - 1);
  if (bits.take(1) != 0) {
    Cast cast;
    for (std::uint32_t* part : {&cast.sessions, &cast.values, &cast.rounds})
      *part = static_cast<std::uint32_t>(bits.take_number());
    cast.number = bits.take_number();
    token.cast = cast;
  }
  token.workload = static_cast<std::uint32_t>(bits.take(32));
  token.sessions = static_cast<std::uint32_t>(bits.take_number());
  const std::uint64_t turns = bits.take_number();
  if (turns > most_turns) return std::nullopt;
  for (std::uint64_t i = 0; i < turns && !bits.overrun(); ++i) {
    Token::Entry entry;
    entry.session = static_cast<std::uint32_t>(bits.take(session_bits(token.sessions)));
    if (bits.take(1) != 0) entry.left_out = static_cast<std::uint32_t>(bits.take_number());
    token.entries.push_back(entry);
  }
  if (bits.overrun() || check_sum(token) != sum) return std::nullopt;
  return token;
}

Token token_of(const Plan& plan, const Turns& turns, std::uint32_t workload, std::optional<sql::Isolation> isolation,
               std::optional<Cast> cast) {
  Token token{workload, isolation, cast, static_cast<std::uint32_t>(plan.sessions.size()), {}};
  std::vector<std::uint32_t> next(plan.sessions.size(), 0);
  for (const Turn turn : turns) {
    token.entries.push_back({turn.session, turn.step - next[turn.session]});
    next[turn.session] = turn.step + 1;
  }
  return token;
}

std::optional<Turns> turns_of(const Token& token, const Plan& plan) {
  if (token.sessions != plan.sessions.size()) return std::nullopt;
  Turns turns;
  std::vector<std::uint64_t> next(plan.sessions.size(), 0);
  for (const Token::Entry& entry : token.entries) {
    if (entry.session >= plan.sessions.size()) return std::nullopt;
    const std::uint64_t step = next[entry.session] + entry.left_out;
    if (step >= plan.sessions[entry.session].steps.size()) return std::nullopt;
    turns.push_back({entry.session, static_cast<std::uint32_t>(step)});
    next[entry.session] = step + 1;
  }
  return turns;
}

}  // namespace gridlock::explore
