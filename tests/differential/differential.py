#!/usr/bin/python3
"""Plays random stories on a real server and on the reference engine, and compares what they did after every step.

    differential.py --engine mysql --seed 1 --count 100      a hundred stories on MySQL 9.7 and reference:innodb
    differential.py --engine mariadb --minutes 10            for ten minutes, from a seed of the clock
    differential.py --engine mysql --story FILE.yaml         one story that was found
    --keep FILE.jsonl     appends what the server did, as goldens for the test that needs no server
    --out DIR             where differences are written, each shrunk to its smallest story (default: build/differences)

After each step: how it came out (done, waits, deadlock, error), the rows that it read or how many it wrote, and the locks.
Exit code 0: all alike; 1: something differs; 77: the server cannot be had here.
"""
import argparse
import collections
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", ".."))
sys.path[:0] = [os.path.join(HERE, "..", "servers"), HERE]
import capture
import servers
import stories

REFERENCE = {"mysql": "reference:innodb", "mariadb": "reference:mariadb"}
WORDS = {words.lower(): short for short, words in capture.LEVELS.items()}
SHRINK_SECONDS = 90


# ---- the reference engine ----------------------------------------------------------------------------------------

class Reference:
    def __init__(self, gridlock, engine):
        self.gridlock, self.engine = gridlock, engine

    def play(self, document, level):
        """The story's one order, in the shape of a golden; None and the reason where it cannot be played."""
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            json.dump(document, file)
            file.flush()
            done = subprocess.run([self.gridlock, "run", file.name, "--engine", self.engine, "--locks", "--isolation", level, "--seed", "1",
                                   "--format", "json", "--quiet", "--fail-on", "never"], capture_output=True, text=True)
        try:
            order = json.loads(done.stdout)["runs"][0]["orders"][0]
        except (ValueError, LookupError):
            return None, (done.stderr or done.stdout).strip()[:600]
        order["results"] = [{"step": one["step"], "rows": one["rows"]} if one["rows"] is not None else
                            {"step": one["step"], "affected": one["affected"]} for one in order["results"]]
        return order, None


# ---- comparing ---------------------------------------------------------------------------------------------------

def plain(value):
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    return value


def events(run):
    """MySQL's own words of an error are not compared, its code is."""
    return [event[:2] + [str(event[2]["code"])] if len(event) > 2 else event for event in run["events"]]


ROW_ID = re.compile(r"0x0000[0-9A-F]{8}\b")


def row_ids(run):
    """Hidden row ids come from a counter of the whole server: each is told by its rank among those of the run."""
    seen = {found for after in run.get("locks", []) for lock in after["locks"] for found in ROW_ID.findall(lock.get("data") or "")}
    return {number: f"row {rank}" for rank, number in enumerate(sorted(seen), 1)}


def lock_set(locks, names):
    def cell(lock, key):
        return ROW_ID.sub(lambda found: names[found.group()], lock[key]) if key == "data" and lock.get(key) else lock.get(key)
    return {tuple(cell(lock, key) for key in ("session", "table", "index", "mode", "status", "data")) for lock in locks}


def difference(server, reference):
    """(kind, text) of the first difference, or None. Kinds: outcome, rows, locks."""
    for number, (one, other) in enumerate(zip(events(server), events(reference))):
        if one != other:
            return "outcome", f"event {number + 1}: the server {one}, the reference {other}"
    if len(server["events"]) != len(reference["events"]):
        return "outcome", "one of them told more events"
    ours = {one["step"]: one for one in reference.get("results", [])}
    for one in server.get("results", []):
        other = ours.get(one["step"], {})
        for key in ("rows", "affected"):
            mine = [[plain(cell) for cell in row] for row in one[key]] if key == "rows" and key in one else one.get(key)
            theirs = [[plain(cell) for cell in row] for row in other[key]] if key == "rows" and key in other else other.get(key)
            if mine != theirs:
                return "rows", f"{one['step']}: the server {one.get(key)}, the reference {other.get(key)}"
    names, other_names = row_ids(server), row_ids(reference)
    for one, other in zip(server.get("locks", []), reference.get("locks", [])):
        mine, theirs = lock_set(one["locks"], names), lock_set(other["locks"], other_names)
        if any(lock[3] == "truncated" for lock in mine):
            continue
        if mine != theirs:
            lines = [f"after {one['after']}"]
            lines += [f"  only on the server:    {' '.join(str(part) for part in lock)}" for lock in sorted(mine - theirs, key=str)]
            lines += [f"  only on the reference: {' '.join(str(part) for part in lock)}" for lock in sorted(theirs - mine, key=str)]
            return "locks", "\n".join(lines)
    return None


def hinted(document, run):
    """The story with the server's choice of indexes as `access:` of its steps."""
    document = copy.deepcopy(document)
    for session in document["sessions"].values():
        for step in session["steps"]:
            (name, sql), = step.items()
            chosen = run.get("access", {}).get(name)
            if not chosen:
                continue
            tables = {one["table"]: {"ALL": "scan", "index": f"scan {one['key']}"}.get(one["type"], one["key"])
                      for one in (chosen if isinstance(chosen, list) else [chosen]) if one["table"] and (one["key"] or one["type"] == "ALL")}
            if tables:
                step[name] = {"sql": sql, "access": tables}
    return document


class Comparison:
    def __init__(self, engine, reference):
        self.engine, self.reference = engine, reference

    def play(self, document, level):
        story = capture.Story(document)
        return capture.Player(self.engine, story, WORDS[level]).play(story.orders[0])

    def compare(self, document, level):
        """(verdict, text, what the server did). Verdicts: same, access, varies, unplayable, outcome, rows, locks."""
        run = self.play(document, level)
        ours, problem = self.reference.play(document, level)
        if problem:
            return "unplayable", problem, run
        found = difference(run, ours)
        if not found:
            return "same", "", run
        with_access, problem = self.reference.play(hinted(document, run), level)
        hinted_found = found if problem else difference(run, with_access)
        if not hinted_found:
            return "access", found[1], run
        for _ in range(3):   # does the server itself always do the same?
            again = self.play(document, level)
            if not difference(again, ours) or (not problem and not difference(again, with_access)):
                return "varies", found[1], again
        return *hinted_found, run


# ---- shrinking ---------------------------------------------------------------------------------------------------

def smaller(document):
    """Stories that have a little less."""
    order = document["orders"][0]
    for name in list(document["sessions"]):
        story = copy.deepcopy(document)
        gone = {next(iter(step)) for step in story["sessions"].pop(name)["steps"]}
        story["orders"] = [[step for step in order if step not in gone]]
        if story["sessions"] and story["orders"][0]:
            yield story
    for step in reversed(order):
        story = copy.deepcopy(document)
        story["orders"] = [[one for one in order if one != step]]
        for session in story["sessions"].values():
            session["steps"] = [one for one in session["steps"] if step not in one]
        story["sessions"] = {name: body for name, body in story["sessions"].items() if body["steps"]}
        if story["sessions"]:
            yield story
    lines = document["schema"].strip().rstrip(";").split(";\n")
    for number, line in enumerate(lines):
        rows = re.findall(r"\([^()]*\)", line.partition(" VALUES ")[2])
        for gone in range(len(rows) if len(rows) > 1 else 0):
            less = line.partition(" VALUES ")[0] + " VALUES " + ", ".join(rows[:gone] + rows[gone + 1:])
            yield {**document, "schema": ";\n".join(lines[:number] + [less] + lines[number + 1:]) + ";\n"}


def shrink(comparison, document, level, kind):
    deadline = time.monotonic() + SHRINK_SECONDS
    shrunk = True
    while shrunk:
        shrunk = False
        for candidate in smaller(document):
            if time.monotonic() > deadline:
                return document
            try:
                run = comparison.play(candidate, level)
            except Exception:  # a story that cannot be played is no smaller one
                continue
            ours, problem = comparison.reference.play(candidate, level)
            found = None if problem else difference(run, ours)
            if found and found[0] == kind:
                document, shrunk = candidate, True
                break
    return document


def as_yaml(document, level, kind, text, engine):
    lines = [f"# {kind} differs on {engine.version}, {level}"] + ["#   " + line for line in text.splitlines()]
    lines += [f"name: {document['name']}", "schema: |"]
    lines += ["  " + line for line in document["schema"].strip().splitlines()] + ["sessions:"]
    for name, body in document["sessions"].items():
        lines += [f"  {name}:", f"    isolation: {body.get('isolation', level)}", "    steps:"]
        lines += [f"      - {step}: {sql}" for one in body["steps"] for step, sql in one.items()]
    return "\n".join(lines + ["orders:", f"  - [{', '.join(document['orders'][0])}]"]) + "\n"


# ---- the command ---------------------------------------------------------------------------------------------------

def stories_of(options):
    if options.story:
        import yaml
        for path in options.story:
            with open(path) as file:
                document = yaml.safe_load(file)
            yield document, options.isolation
        return
    deadline = time.monotonic() + 60 * options.minutes if options.minutes else None
    number = options.first
    while (deadline is None and number < options.first + options.count) or (deadline and time.monotonic() < deadline):
        yield stories.story(options.seed, number)
        number += 1


def run(options, engine):
    comparison = Comparison(engine, Reference(options.gridlock, REFERENCE[options.engine]))
    counts = collections.Counter()
    for document, level in stories_of(options):
        try:
            verdict, text, golden = comparison.compare(document, level)
        except Exception as problem:
            verdict, text, golden = "broken", f"{type(problem).__name__}: {problem}", None
            comparison.engine = engine = capture.ENGINES[options.engine](engine.server)
        counts[verdict] += 1
        if golden and options.keep and verdict != "varies":
            with open(options.keep, "a") as file:
                level_short = WORDS[level]
                print(json.dumps({"story": document, "engine": engine.version, "golden": {level_short: [golden]}}, ensure_ascii=False,
                                 separators=(",", ":")), file=file)
        if verdict in ("outcome", "rows", "locks"):
            if not options.no_shrink and not options.story:
                document = shrink(comparison, document, level, verdict)
                again = comparison.reference.play(document, level)[0]
                found = difference(comparison.play(document, level), again) if again else None
                text = found[1] if found else text
            os.makedirs(options.out, exist_ok=True)
            with open(os.path.join(options.out, f"{document['name']}.{WORDS[level]}.yaml"), "w") as file:
                file.write(as_yaml(document, level, verdict, text, engine))
        if verdict not in ("same", "access") or options.verbose:
            print(f"{document['name']} {level}: {verdict}", *(["  " + line for line in text.splitlines()]), sep="\n", flush=True)
    total = sum(counts.values())
    alike = counts["same"] + counts["access"] + counts["varies"]
    print(f"{total} stories on {engine.version}: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
          + f"; outcomes alike in {total - counts['outcome'] - counts['broken'] - counts['unplayable']}", flush=True)
    return 0 if alike == total else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=sorted(REFERENCE), default="mysql")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--story", nargs="+")
    parser.add_argument("--isolation", default="repeatable read", help="of --story")
    parser.add_argument("--gridlock", default=os.environ.get("GRIDLOCK_BINARY") or os.path.join(ROOT, "build", "gridlock"))
    parser.add_argument("--out", default=os.path.join(ROOT, "build", "differences"))
    parser.add_argument("--keep")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--server", metavar="DIR")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    try:
        with capture.a_server(options.engine, options.server) as server:
            return run(options, capture.ENGINES[options.engine](server))
    except servers.Unavailable as problem:
        print(f"skipped: {problem}", file=sys.stderr)
        return 77


if __name__ == "__main__":
    sys.exit(main())
