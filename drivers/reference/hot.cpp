#define BENCHMARK_MAIN_SKIP
#include "/work/main/tests/bench/lock_table_bench.cpp"
int main() {
  gridlock::bench::HotSessions h;
  h.play(100000);
  return (int)h.deadlocks;
}
