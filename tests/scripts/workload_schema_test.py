#!/usr/bin/env python3
"""docs/workload.schema.json against workloads: what loads must validate, what is wrong in its shape must not.

The examples, the stories of tests/fidelity and the blocks of docs/workload.md are right; the broken workloads of
tests/golden/check that a schema can judge (it knows no SQL and no names) are wrong, and so are the short ones below, which
`$GRIDLOCK_BINARY check` must refuse too. Exit 77: python3-jsonschema or python3-yaml is missing.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed (python3-jsonschema, python3-yaml)")
    sys.exit(77)

source = pathlib.Path(__file__).resolve().parents[2]

# Broken in what only the loader can see: SQL, names, and values that must fit each other.
BEYOND_A_SCHEMA = {"autocommit", "duplicate-keys", "into", "names", "sql-syntax"}


STORM = "transactions: {t: [SELECT 1]}\nsessions: [{run: t}]\n"
STORY = "sessions: {a: {steps: [{a1: BEGIN}]}}\n"

# One mistake each.
ONE_MISTAKE = [
    "{}", "[]", STORM + "zz: 1", STORM + "orders: [[a1]]", STORY + "retry: {}", STORY + "warm_up: 1s", STORY + "transactions: {}",
    STORY + "orders: []", STORY + "orders: [[]]", STORY + "orders: [[a1, a1]]", STORY + "orders: [a1]",
    STORY + "schema: {oracle: SELECT 1}", STORY + "schema: [SELECT 1]", STORY + "seed: -1",
    STORY + "data: {t: {rows: -1, columns: {id: 1}}}", STORY + "data: {t: {rows: 1}}",
    STORY + "data: {t: {rows: 1, columns: {id: {unifrom: [1, 2]}}}}",
    STORY + "data: {t: {rows: 1, columns: {id: {uniform: [1]}}}}",
    STORY + "data: {t: {rows: 1, columns: {id: {uniform: [1, 2], normal: {mean: 1, deviation: 1}}}}}",
    STORY + "data: {t: {rows: 1, columns: {id: {zipf: [1, 2, 1.5]}}}}",
    STORY + "data: {t: {rows: 1, columns: {id: {uniform: [1, 2], weights: [1]}}}}",
    STORY + "data: {t: {rows: 1, columns: {id: uniform}}}",
    "sessions: {a: {step: [{a1: BEGIN}]}}", "sessions: {a: [BEGIN]}", "sessions: {a: {isolation: snapshot, steps: [{a1: BEGIN}]}}",
    "sessions: {a: [{a1: {sqll: BEGIN}}]}", "sessions: {a: [{a1: {}}]}", "sessions: {a: []}", "sessions: []", "sessions: {}",
    "sessions: [{run: t, cuont: 2}]", "sessions: [{count: 2}]", "sessions: [{run: t, count: 0}]", "sessions: [{run: t, times: many}]",
    "sessions: [{run: t, duration: 10}]", "sessions: [{run: t, think: 5 minutes}]", "sessions: [{run: {t: -1}}]",
    "sessions: [{run: [{thnik: 1ms}]}]", "sessions: [{run: [{repeat: 0, steps: [SELECT 1]}]}]", "sessions: [{run: [{repeat: 2}]}]",
    "sessions: [{run: [{think: 1ms, sql: SELECT 1}]}]", "sessions: [{run: [{into: x}]}]", "sessions: [{run: []}]",
    STORM + "retry: {on: error}", STORM + "retry: {attempts: 0}", STORM + "retry: {backoff: {jitter: some}}",
    STORM + "retry: {backoff: {factor: 0.5}}", STORM + "expect: {deadlocks: -1}", STORM + "expect: {deadlocks: {atleast: 1}}",
    STORM + "expect: {invariants: [{query: SELECT 1}]}", STORM + "expect: {invariants: [{equals: 1}]}",
    STORY + "expect: {outcomes: {a1: wait}}", STORY + "expect: {outcomes: {a1: []}}",
]


class Loader(yaml.SafeLoader):
    """YAML as gridlock reads it: `on` is a word and a date is text to a schema."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def right():
    """(name, text) of workloads that load."""
    for pattern in ("examples/*.yaml", "tests/fidelity/stories/*.yaml", "tests/fidelity/stories/pg/*.yaml"):
        for path in sorted(source.glob(pattern)):
            yield str(path.relative_to(source)), path.read_text()
    page = (source / "docs/workload.md").read_text()
    for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", page, re.S), 1):
        yield f"docs/workload.md, example {number}", block


def wrong():
    """(name, text) of workloads that do not load."""
    yield from ((text, text) for text in ONE_MISTAKE)
    for path in sorted(source.glob("tests/golden/check/*.yaml")):
        if path.stem not in BEYOND_A_SCHEMA:
            yield str(path.relative_to(source)), path.read_text()


def loads(text):
    """Whether $GRIDLOCK_BINARY finds nothing wrong: schema and loader must agree on the broken ones above."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        return subprocess.run([os.environ["GRIDLOCK_BINARY"], "check", file.name], capture_output=True).returncode == 0


def main():
    schema = json.loads((source / "docs/workload.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failures = accepted = refused = 0
    for name, text in right():
        problem = jsonschema.exceptions.best_match(validator.iter_errors(yaml.load(text, Loader)))
        accepted += 1
        if problem:
            failures += 1
            print(f"{name} loads, but the schema says: {problem.json_path}: {problem.message[:300]}")
    for text in ONE_MISTAKE:
        if loads(text):
            failures += 1
            print(f"{text!r} was meant to be broken, but it loads")
    for name, text in wrong():
        try:
            documents = list(yaml.load_all(text, Loader))
        except yaml.YAMLError:
            continue
        refused += 1
        if len(documents) == 1 and validator.is_valid(documents[0]):
            failures += 1
            print(f"{name} does not load, but the schema finds nothing wrong")
    print(f"{accepted} workloads accepted, {refused} broken ones refused, {failures} failures")
    return 1 if failures or accepted < 20 or refused < 15 else 0


if __name__ == "__main__":
    sys.exit(main())
