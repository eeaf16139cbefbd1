#!/usr/bin/env bash
# Measures how long the binary takes to start: `gridlock --version`, beside /bin/true, which is what starting any process
# costs on this machine. Usage: tests/bench/startup.sh [BINARY]; the binary is build/gridlock if not said.
# Uses hyperfine where it is installed and otherwise times 200 runs in a loop.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
binary=${1:-$root/build/gridlock}
runs=200

if [[ ! -x $binary ]]; then
  echo "startup.sh: there is no program $binary; build it first: ./dev build" >&2
  exit 2
fi

if command -v hyperfine > /dev/null; then
  exec hyperfine --shell=none --warmup 20 --runs "$runs" "$binary --version" /bin/true
fi

milliseconds_each() {
  local start end i
  start=$(date +%s%N)
  for ((i = 0; i < runs; ++i)); do "$@" > /dev/null; done
  end=$(date +%s%N)
  awk -v ns=$((end - start)) -v n="$runs" 'BEGIN { printf "%.2f", ns / n / 1e6 }'
}

echo "hyperfine is not installed: mean of $runs runs in a shell loop, in ms"
echo "$binary --version: $(milliseconds_each "$binary" --version)"
echo "/bin/true: $(milliseconds_each /bin/true)"
