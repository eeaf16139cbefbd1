#include "analyzer/logs/needles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define GRIDLOCK_AVX2 1
#endif

namespace gridlock::logs {
namespace {

struct Needle {
  std::string_view text;
  std::size_t at;  ///< of the three bytes that are looked for first: the rarest in other logs
  Topic topic;
};

constexpr std::array needles{
    // PostgreSQL: the lock modes of any DETAIL, the error's code, and the message in the languages of PostgreSQL 13
    // to 18.
    Needle{"ShareLock", 4, Topic::postgres},
    Needle{"ExclusiveLock", 8, Topic::postgres},
    Needle{"deadlock detected", 3, Topic::postgres},
    Needle{"40P01", 1, Topic::postgres},
    Needle{"55P03", 1, Topic::postgres},
    Needle{",40001,", 0, Topic::postgres},
    Needle{"\"40001\"", 0, Topic::postgres},
    Needle{"could not serialize access", 14, Topic::postgres},
    Needle{"due to lock timeout", 9, Topic::postgres},
    Needle{"could not obtain lock", 10, Topic::postgres},
    Needle{"Verklemmung (Deadlock)", 4, Topic::postgres},
    Needle{"deadlock upptäckt", 10, Topic::postgres},
    Needle{"deadlock 발생했음", 9, Topic::postgres},
    Needle{"impasse detectado", 3, Topic::postgres},
    Needle{"interblocage (deadlock)", 5, Topic::postgres},
    Needle{"rilevato deadlock", 5, Topic::postgres},
    Needle{"detectado un deadlock", 9, Topic::postgres},
    Needle{"terdeteksi 'deadlock'", 6, Topic::postgres},
    Needle{"wykryto zakleszczenie", 10, Topic::postgres},
    Needle{"çıkmaz (deadlock)", 0, Topic::postgres},
    Needle{"взаємне блокування", 14, Topic::postgres},
    Needle{"взаимоблокировка", 10, Topic::postgres},
    Needle{"ურთიერთბლოკირება", 6, Topic::postgres},
    Needle{"デッドロックを検出", 0, Topic::postgres},
    Needle{"检测到死锁", 9, Topic::postgres},
    // InnoDB: headings, titles and every kind of line of a report, so that one without its head is seen too.
    Needle{"DEADLOCK", 3, Topic::innodb},
    Needle{"TOO DEEP OR LONG SEARCH", 5, Topic::innodb},
    Needle{"*** (", 2, Topic::innodb},
    Needle{"*** W", 2, Topic::innodb},
    Needle{"*** C", 2, Topic::innodb},
    Needle{"*** TRANSACTION:", 2, Topic::innodb},
    Needle{"*** Priority", 2, Topic::innodb},
    Needle{"*** Victim", 2, Topic::innodb},
    Needle{"TRANSACTION ", 3, Topic::innodb},
    Needle{"thread id ", 1, Topic::innodb},
    Needle{"RECORD LOCKS ", 4, Topic::innodb},
    Needle{"TABLE LOCK ", 8, Topic::innodb},
    Needle{"Record lock, heap no ", 10, Topic::innodb},
    Needle{"; asc ", 0, Topic::innodb},
    Needle{"TRX HAS BEEN WAITING ", 0, Topic::innodb},
    Needle{"INNODB MONITOR", 3, Topic::innodb},
    // What a client of MySQL is told.
    Needle{"Deadlock found when", 0, Topic::client},
    Needle{"Lock wait timeout exceeded", 0, Topic::client},
    Needle{"LockAcquisition", 0, Topic::client},
};

constexpr std::size_t window = 3;
constexpr std::size_t buckets = 8;

/// For each of the three bytes, and each half of it: the buckets (a bit each) that have a needle with such a half.
struct Tables {
  std::array<std::array<std::uint8_t, 16>, window> low{}, high{};
  std::array<std::array<std::uint8_t, needles.size()>, buckets> members{};
  std::array<std::uint8_t, buckets> sizes{};
};

constexpr Tables make_tables() {
  Tables tables;
  for (std::size_t i = 0; i < needles.size(); ++i) {
    // Needles with the same first byte of the window share a bucket: fewer mixtures that no needle has.
    const std::size_t bucket = static_cast<unsigned char>(needles[i].text[needles[i].at]) % buckets;
    tables.members[bucket][tables.sizes[bucket]++] = static_cast<std::uint8_t>(i);
    for (std::size_t k = 0; k < window; ++k) {
      const auto c = static_cast<unsigned char>(needles[i].text[needles[i].at + k]);
      tables.low[k][c & 15] = static_cast<std::uint8_t>(tables.low[k][c & 15] | 1U << bucket);
      tables.high[k][c >> 4] = static_cast<std::uint8_t>(tables.high[k][c >> 4] | 1U << bucket);
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

/// The needle whose window lies at `p`, if it begins in [begin, end).
const Needle* needle_at(const char* p, unsigned bucket_bits, const char* begin, const char* end, const char*& at) {
  for (; bucket_bits != 0; bucket_bits &= bucket_bits - 1) {
    const auto bucket = static_cast<std::size_t>(std::countr_zero(bucket_bits));
    for (std::size_t i = 0; i < tables.sizes[bucket]; ++i) {
      const Needle& needle = needles[tables.members[bucket][i]];
      const char* first = p - needle.at;
      if (first < begin || first >= end) continue;
      if (std::memcmp(first, needle.text.data(), needle.text.size()) != 0) continue;
      at = first;
      return &needle;
    }
  }
  return nullptr;
}

/// Windows are looked for up to here: that of a needle which begins before `end` may lie behind it.
constexpr std::size_t longest_lead() {
  std::size_t longest = 0;
  for (const Needle& needle : needles) longest = std::max(longest, needle.at);
  return longest;
}

static_assert(longest_lead() + window + 32 <= needle_margin);
static_assert(std::all_of(needles.begin(), needles.end(),
                          [](const Needle& needle) { return needle.text.size() <= longest_needle; }));

unsigned buckets_at(const char* p) {
  unsigned bits = 0xFF;
  for (std::size_t k = 0; k < window; ++k) {
    const auto c = static_cast<unsigned char>(p[k]);
    bits &= tables.low[k][c & 15] & tables.high[k][c >> 4];
  }
  return bits;
}

Hit find_plainly(const char* begin, const char* end) {
  Hit hit;
  for (const char* p = begin; p < end + longest_lead(); ++p) {
    const unsigned bits = buckets_at(p);
    if (bits == 0) continue;
    const Needle* needle = needle_at(p, bits, begin, end, hit.at);
    if (needle == nullptr) continue;
    hit.topic = needle->topic;
    break;
  }
  hit.stop = hit.at != nullptr ? hit.at : end;
  hit.newlines = static_cast<std::uint64_t>(std::count(begin, hit.stop, '\n'));
  return hit;
}

#ifdef GRIDLOCK_AVX2

__attribute__((target("avx2"))) inline __m256i load(const char* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

__attribute__((target("avx2"))) inline __m256i table(const std::array<std::uint8_t, 16>& bytes) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data())));
}

__attribute__((target("avx2"))) inline __m256i matches(__m256i bytes, __m256i low, __m256i high) {
  const __m256i half = _mm256_set1_epi8(15);
  const __m256i lower = _mm256_and_si256(bytes, half);
  const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
  return _mm256_and_si256(_mm256_shuffle_epi8(low, lower), _mm256_shuffle_epi8(high, upper));
}

__attribute__((target("avx2"))) std::uint64_t count_wide(const char* begin, const char* end) {
  const __m256i newline = _mm256_set1_epi8('\n');
  std::uint64_t count = 0;
  while (end - begin >= 32) {
    __m256i sums = _mm256_setzero_si256();  // a byte each: at most 255 rounds
    for (int rounds = 0; rounds < 255 && end - begin >= 32; ++rounds, begin += 32)
      sums = _mm256_sub_epi8(sums, _mm256_cmpeq_epi8(load(begin), newline));
    const __m256i four = _mm256_sad_epu8(sums, _mm256_setzero_si256());
    count += static_cast<std::uint64_t>(_mm256_extract_epi64(four, 0)) +
             static_cast<std::uint64_t>(_mm256_extract_epi64(four, 1)) +
             static_cast<std::uint64_t>(_mm256_extract_epi64(four, 2)) +
             static_cast<std::uint64_t>(_mm256_extract_epi64(four, 3));
  }
  return count + static_cast<std::uint64_t>(std::count(begin, end, '\n'));
}

/// 32 windows a step; line breaks are counted on the way, for the bytes are there already.
__attribute__((target("avx2"))) Hit find_wide(const char* begin, const char* end) {
  const __m256i low0 = table(tables.low[0]), low1 = table(tables.low[1]), low2 = table(tables.low[2]);
  const __m256i high0 = table(tables.high[0]), high1 = table(tables.high[1]), high2 = table(tables.high[2]);
  const __m256i newline = _mm256_set1_epi8('\n'), zero = _mm256_setzero_si256();
  const char* p = begin;
  const char* counted = begin;  // line breaks before it are in `hit.newlines`
  Hit hit;
  while (p < end + longest_lead()) {
    __m256i sums = zero;
    const char* const last = std::min(p + 32 * std::ptrdiff_t{255}, end + longest_lead());
    const char* const sums_from = p;
    for (; p < last; p += 32) {
      const __m256i bytes = load(p);
      const __m256i found =
          _mm256_and_si256(_mm256_and_si256(matches(bytes, low0, high0), matches(load(p + 1), low1, high1)),
                           matches(load(p + 2), low2, high2));
      if (__builtin_expect(_mm256_testz_si256(found, found) == 0, 0)) {
        alignas(32) std::array<std::uint8_t, 32> bits;
        _mm256_store_si256(reinterpret_cast<__m256i*>(bits.data()), found);
        auto places = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(found, zero)));
        for (; places != 0; places &= places - 1) {
          const auto i = static_cast<std::size_t>(std::countr_zero(places));
          const Needle* needle = needle_at(p + i, bits[i], begin, end, hit.at);
          if (needle == nullptr) continue;
          hit.topic = needle->topic;
          hit.stop = hit.at;
          hit.newlines += count_wide(counted, hit.at);
          return hit;
        }
      }
      sums = _mm256_sub_epi8(sums, _mm256_cmpeq_epi8(bytes, newline));
    }
    if (p > end) break;
    const __m256i four = _mm256_sad_epu8(sums, zero);
    hit.newlines += static_cast<std::uint64_t>(_mm256_extract_epi64(four, 0)) +
                    static_cast<std::uint64_t>(_mm256_extract_epi64(four, 1)) +
                    static_cast<std::uint64_t>(_mm256_extract_epi64(four, 2)) +
                    static_cast<std::uint64_t>(_mm256_extract_epi64(four, 3));
    counted = p;
    (void)sums_from;
  }
  hit.stop = end;
  hit.newlines += count_wide(counted, end);
  return hit;
}

bool is_wide() {
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  return wide;
}

#endif

}  // namespace

Hit find_needle(const char* begin, const char* end) {
#ifdef GRIDLOCK_AVX2
  if (is_wide()) return find_wide(begin, end);
#endif
  return find_plainly(begin, end);
}

std::uint64_t count_newlines(const char* begin, const char* end) {
#ifdef GRIDLOCK_AVX2
  if (is_wide()) return count_wide(begin, end);
#endif
  return static_cast<std::uint64_t>(std::count(begin, end, '\n'));
}

}  // namespace gridlock::logs
