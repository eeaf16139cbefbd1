// Runs a fuzzer's target without libFuzzer, so that every compiler and every `ctest` does some of it:
//     smoke ITERATIONS SEED [--lines] FILE...
// Each input is a seed (a file, or with --lines a line of one), cut, spliced and damaged at random. The same arguments
// give the same inputs; a crash says which iteration it was, and ITERATIONS SEED then name it for a debugger.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t longest_input = 8192;

/// Where we are, for the signal handler: text that only has to be written out.
char where[128] = "";

void tell_where(int signal) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, where, std::strlen(where));
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// splitmix64 (Steele, Lea, Flood 2014): the same numbers everywhere, which std::distributions do not promise.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  /// 0..below-1; 0 when below is 0.
  std::size_t below(std::size_t below) { return below == 0 ? 0 : static_cast<std::size_t>(next() % below); }

 private:
  std::uint64_t state_;
};

std::string piece_of(const std::string& text, Random& random) {
  const std::size_t begin = random.below(text.size() + 1);
  return text.substr(begin, random.below(longest_input / 4));
}

void damage(std::string& input, const std::vector<std::string>& seeds, Random& random) {
  static constexpr std::string_view special(
      "\0\n\t'\"`;:-#/*(){}[],\\%\x80\xc3\xff"
      "0A",
      29);
  const std::size_t at = random.below(input.size() + 1);
  switch (random.below(6)) {
    case 0: input.erase(at, random.below(16)); break;
    case 1: input.insert(at, 1, special[random.below(special.size())]); break;
    case 2: input.insert(at, piece_of(seeds[random.below(seeds.size())], random)); break;
    case 3: input.resize(at); break;
    case 4: input.insert(at, input.substr(at, random.below(64))); break;
    default:
      if (at < input.size()) input[at] = static_cast<char>(random.next() & 0xff);
  }
}

std::string an_input(const std::vector<std::string>& seeds, Random& random) {
  const std::string& seed = seeds[random.below(seeds.size())];
  std::string input = seed.size() > longest_input ? piece_of(seed, random) : seed;
  for (std::size_t rounds = random.below(8); rounds > 0; --rounds) damage(input, seeds, random);
  input.resize(std::min(input.size(), longest_input));
  return input;
}

std::vector<std::string> read_seeds(const std::vector<std::string>& arguments) {
  std::vector<std::string> seeds;
  bool lines = false;
  for (const std::string& argument : arguments) {
    if (argument == "--lines") {
      lines = true;
      continue;
    }
    std::ifstream file(argument, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    std::istringstream rest(text.str());
    if (!lines) seeds.push_back(text.str());
    for (std::string line; lines && std::getline(rest, line);) seeds.push_back(line);
  }
  return seeds;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3) {
    std::cerr << "usage: smoke ITERATIONS SEED [--lines] FILE...\n";
    return 2;
  }
  const std::uint64_t iterations = std::stoull(arguments[0]), first = std::stoull(arguments[1]);
  const auto seeds = read_seeds({arguments.begin() + 2, arguments.end()});
  if (seeds.empty()) {
    std::cerr << "smoke: no seed could be read\n";
    return 2;
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGALRM}) std::signal(signal, tell_where);
  for (std::uint64_t i = 0; i < iterations; ++i) {
    Random random(first + i);
    const std::string input = an_input(seeds, random);
    const std::string now = "smoke: this input again: 1 " + std::to_string(first + i) + " and the same files\n";
    now.copy(where, sizeof where - 1);
    ::alarm(20);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  }
  std::cout << iterations << " inputs from " << seeds.size() << " seeds\n";
  return 0;
}
