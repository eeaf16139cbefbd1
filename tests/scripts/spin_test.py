#!/usr/bin/env python3
"""The states in which nobody can go on, as gridlock explore tells them and as SPIN reaches them: the same sets."""
import os
import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
binary = os.environ.get("GRIDLOCK_BINARY", str(root / "build/gridlock"))
done = subprocess.run([sys.executable, str(root / "tests/bench/spin.py"), binary, "--check"], check=False)
if done.returncode == 77:
    print("spin_test: skipped, SPIN (Debian: spin) or gcc is not installed")
sys.exit(done.returncode)
