#!/usr/bin/env python3
"""gridlock explore beside SPIN: N transactions, each locking M of K rows exclusively in a fixed random order, first come
first served, nothing released before the end. Writes each model as YAML and as Promela, compares the *sets* of states in
which nobody can go on, and times both in one run (SPIN's own generating and compiling apart).

    tests/bench/spin.py build/gridlock                 # the small models: sets and times
    tests/bench/spin.py build/gridlock --check         # sets only, small: what ctest runs
    tests/bench/spin.py build/gridlock --large         # up to N9M5K10
    tests/bench/spin.py build/gridlock --plot out.svg  # growth over N, M and K, gridlock alone

Exit code 77: SPIN (Debian: spin) or gcc is not installed.
"""
import argparse
import json
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time


def lines_of(sessions, locks, rows, seed):
    chance = random.Random(f"{sessions} {locks} {rows} {seed}")
    return [chance.sample(range(1, rows + 1), locks) for _ in range(sessions)]


def yaml_of(lines, rows):
    values = ", ".join(f"({row}, 0)" for row in range(1, rows + 1))
    text = f"schema: |\n  CREATE TABLE t (id INT PRIMARY KEY, v INT);\n  INSERT INTO t VALUES {values};\nsessions:\n"
    for s, line in enumerate(lines):
        text += f"  s{s}:\n    - s{s}begin: BEGIN\n"
        for i, row in enumerate(line):
            text += f"    - s{s}lock{i}: SELECT v FROM t WHERE id = {row} FOR UPDATE\n"
        text += f"    - s{s}commit: COMMIT\n"
    return text


def promela_of(lines, rows, printing):
    """Queues of their own, so that a deadlock's can be printed. An `atomic` gives up its turn where it waits."""
    n = len(lines)
    width = n
    text = f"byte q[{(rows + 1) * width}]; byte used[{rows + 1}]; byte at[{n}];\n"
    for s, line in enumerate(lines):
        text += f"active proctype s{s}() {{\n"
        for row in line:
            text += (f"  atomic {{ q[{row * width} + used[{row}]] = {s}; used[{row}]++; q[{row * width}] == {s} -> "
                     f"at[{s}]++ }};\n")
        text += "  d_step { at[%d] = %d;" % (s, len(line) + 1)
        for row in line:
            for i in range(width - 1):
                text += f" q[{row * width + i}] = q[{row * width + i + 1}];"
            text += f" q[{row * width + width - 1}] = 0; used[{row}]--;"
        text += " }\n}\n"
    if printing:
        prints = " ".join(f'printf("%d ", now.at[{s}]);' for s in range(n))
        queues = " ".join(
            f'printf("|"); for (int i = 0; i < now.used[{row}]; ++i) printf("%d,", now.q[{row * width} + i]);'
            for row in range(1, rows + 1))
        ended = " && ".join(f"now.at[{s}] == {len(line) + 1}" for s, line in enumerate(lines))
        text += (f'active proctype watch() {{ end: timeout -> c_code {{ if (!({ended})) {{ printf("STATE "); {prints} '
                 f'{queues} printf("\\n"); }} }} }}\n')
    return text


def measured(command, cwd):
    """Seconds of CPU and of the clock, peak KiB, and the output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(["/usr/bin/env", *map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, done


def spin(folder, lines, rows, printing, hash_bits):
    (folder / "model.pml").write_text(promela_of(lines, rows, printing))
    start = time.perf_counter()
    subprocess.run(["spin", "-a", "model.pml"], cwd=folder, check=True, capture_output=True)
    subprocess.run(["gcc", "-O2", "-w", "-DSAFETY", "-DMEMLIM=6000", "-o", "pan", "pan.c"], cwd=folder, check=True)
    compiling = time.perf_counter() - start
    cpu, _, done = measured(["./pan", "-c0", f"-w{hash_bits}", "-m1000000"], folder)
    found = re.search(r"([\d.e+]+) states, stored", done.stdout)
    memory = re.search(r"([\d.]+)\s+total actual memory usage", done.stdout)
    states = int(float(found.group(1))) if found else None
    return {"cpu": cpu, "compile": compiling, "states": states, "memory_mb": float(memory.group(1)) if memory else None,
            "out": done.stdout}


def spin_deadlocks(out, lines):
    """Progress of all, in gridlock's words, and in how many orders of the queues it stands."""
    states = set(line[6:] for line in out.splitlines() if line.startswith("STATE "))
    progress = {}
    for state in states:
        at = [int(word) for word in state.split("|")[0].split()]
        words = " ".join(f"s{s}:end" if count > len(lines[s]) else f"s{s}:{count}" for s, count in enumerate(at))
        progress[words] = progress.get(words, 0) + 1
    return progress


def gridlock(binary, folder, lines, rows):
    (folder / "model.yaml").write_text(yaml_of(lines, rows))
    command = [binary, "explore", "model.yaml", "--format", "json", "-o", "report.json", "--states", "states.txt"]
    cpu, wall, done = measured(command, folder)
    if done.returncode not in (0, 1):
        sys.exit(f"gridlock failed: {done.stderr}")
    report = json.loads((folder / "report.json").read_text())
    progress = {}
    for line in (folder / "states.txt").read_text().splitlines():
        words, count = line.rsplit(" x", 1)
        progress[words] = int(count)
    states = report["explored"]["states"]
    return {"cpu": cpu, "wall": wall, "visited": states["visited"], "deadlocks": states["deadlocks"],
            "progress": progress, "shapes": len(report["explored"]["found"])}


def compare(binary, models, timing):
    bad = 0
    print(f"{'model':12} {'deadlocks':>10} {'SPIN states':>12} {'visited':>9} {'SPIN cpu s':>10} {'compile s':>9} "
          f"{'gridlock s':>10} {'times':>7} {'SPIN MB':>8}")
    for n, m, k, seed, bits in models:
        lines = lines_of(n, m, k, seed)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            ours = gridlock(binary, folder, lines, k)
            same = ""
            if not timing or n <= 6:
                theirs = spin(folder, lines, k, True, bits)
                if spin_deadlocks(theirs["out"], lines) != ours["progress"]:
                    bad += 1
                    same = "  THE SETS DIFFER"
            plain = spin(folder, lines, k, False, bits) if timing else theirs
            print(f"N{n}M{m}K{k} s{seed:<3} {ours['deadlocks']:>10} {plain['states'] or 0:>12} {ours['visited']:>9} "
                  f"{plain['cpu']:>10.3f} {plain['compile']:>9.2f} {ours['cpu']:>10.4f} "
                  f"{plain['cpu'] / max(ours['cpu'], 1e-4):>6.0f}x {plain['memory_mb'] or 0:>8.0f}{same}", flush=True)
    return bad


def plot(binary, path):
    """Visited choices over N, M and K, on a logarithmic scale, as an SVG."""
    curves = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for label, models in {
                "N, M5K10": [(n, 5, 10) for n in range(2, 13)],
                "M, N6K12": [(6, m, 12) for m in range(1, 11)],
                "K, N6M4": [(6, 4, k) for k in range(4, 25, 2)]}.items():
            points = []
            for i, (n, m, k) in enumerate(models):
                ours = gridlock(binary, folder, lines_of(n, m, k, 1), k)
                points.append((n if label[0] == "N" else m if label[0] == "M" else k, ours["visited"], ours["deadlocks"]))
                print(f"N{n}M{m}K{k}: {ours['visited']} visited, {ours['deadlocks']} deadlock states, "
                      f"{ours['cpu'] * 1000:.1f} ms", flush=True)
            curves[label] = points
    path.write_text(svg(curves))


def svg(curves):
    from math import log10
    width, height, gap = 300, 240, 50
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{(width + gap) * 3 + gap}" height="{height + 2 * gap}" '
           'font-family="sans-serif" font-size="12">']
    top = max(log10(max(p[1], 10)) for points in curves.values() for p in points)
    for number, (label, points) in enumerate(curves.items()):
        left, bottom = gap + number * (width + gap), height + gap
        x_max, x_min = max(p[0] for p in points), min(p[0] for p in points)
        x = lambda value: left + (value - x_min) / max(x_max - x_min, 1) * width
        y = lambda value: bottom - log10(max(value, 1)) / top * height
        out.append(f'<path d="M{left} {gap}V{bottom}H{left + width}" fill="none" stroke="black"/>')
        out.append(f'<text x="{left + width / 2}" y="{bottom + 35}" text-anchor="middle">{label}</text>')
        for value, _, _ in points:
            out.append(f'<text x="{x(value):.0f}" y="{bottom + 16}" text-anchor="middle">{value}</text>')
        for power in range(0, int(top) + 1):
            out.append(f'<text x="{left - 6}" y="{y(10 ** power) + 4:.0f}" text-anchor="end">1e{power}</text>')
        for which, colour in ((1, "#1f77b4"), (2, "#d62728")):
            line = " ".join(f"{x(p[0]):.1f},{y(p[which]):.1f}" for p in points)
            out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
    out.append(f'<text x="{gap}" y="20" fill="#1f77b4">choices of progress visited</text>')
    out.append(f'<text x="{gap + 220}" y="20" fill="#d62728">deadlock states</text></svg>')
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--plot", type=pathlib.Path)
    options = parser.parse_args()
    binary = options.binary.resolve()
    if options.plot:
        plot(binary, options.plot)
        return 0
    for tool in ("spin", "gcc"):
        if shutil.which(tool) is None:
            print(f"skipped: {tool} is not installed", file=sys.stderr)
            return 77
    small = [(n, m, k, seed, 18) for n in (3, 4) for m, k in ((3, 4), (4, 8)) for seed in (1, 2)]
    if options.check:
        return 1 if compare(binary, small[::2] + [(5, 4, 5, 1, 18)], False) else 0
    models = small + [(n, m, k, 1, 18) for n in (5, 6) for m, k in ((3, 4), (4, 5), (5, 10))]
    if options.large:
        models = [(6, 5, 10, seed, 18) for seed in (1, 2, 3)]
        models += [(7, 5, 10, 1, 21), (8, 5, 10, 1, 23), (9, 5, 10, 1, 25)]
    return 1 if compare(binary, models, True) else 0


if __name__ == "__main__":
    sys.exit(main())
