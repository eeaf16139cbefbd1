#!/usr/bin/env python3
"""Real JSON reports of $GRIDLOCK_BINARY against docs/report.schema.json.

Every report must validate, and the schema must name every property that a report has (the schema itself allows more:
additions are no breach of the contract, but they are to be written down). Exit 77: python3-jsonschema is missing.
"""
import copy
import json
import os
import pathlib
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

gridlock = os.environ["GRIDLOCK_BINARY"]
source = pathlib.Path(__file__).resolve().parents[2]
schema = json.loads((source / "docs/report.schema.json").read_text())


def closed(node):
    """The same schema, allowing no property that it does not name."""
    node = copy.deepcopy(node)
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            if "properties" in part:
                part.setdefault("additionalProperties", False)
            stack.extend(part.values())
        elif isinstance(part, list):
            stack.extend(part)
    return node


def commands():
    for example in sorted(source.glob("examples/*.yaml")):
        yield ["run", str(example)]
        yield ["run", "--locks", "--isolation", "read committed", str(example)]
        yield ["check", str(example)]
    for broken in sorted(source.glob("tests/golden/check/**/*.yaml"))[:5]:
        yield ["check", str(broken)]
        yield ["run", str(broken)]
    logs = sorted(p for p in source.glob("examples/logs/**/*") if p.is_file())
    logs += sorted(p for p in source.glob("tests/fidelity/logs/**/*") if p.is_file())
    for log in logs:
        yield ["analyze", str(log)]
    yield ["analyze", str(source / "CMakeLists.txt")]
    for example in ("phantom-range", "opposite-order", "lost-update", "transfers"):
        yield ["compare", "--isolation", "rc", "--isolation", "rr", str(source / f"examples/{example}.yaml")]
    yield ["run", "--shard", "2/3", str(source / "examples/transfers.yaml")]
    yield ["run", "--engine", "reference:none", str(source / "examples/opposite-order.yaml")]


jsonschema.Draft202012Validator.check_schema(schema)
validators = {"schema": jsonschema.Draft202012Validator(schema), "closed schema": jsonschema.Draft202012Validator(closed(schema))}
tried, failed = 0, 0
for arguments in commands():
    done = subprocess.run([gridlock, *arguments, "--format", "json"], capture_output=True, timeout=120)
    tried += 1
    problems = []
    try:
        report = json.loads(done.stdout)
        if report.get("exit_code") != done.returncode:
            problems.append(f"says exit code {report.get('exit_code')}, ended in {done.returncode}")
        for name, validator in validators.items():
            problems += [f"{name}: {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(report)]
    except ValueError as error:
        problems.append(f"exit {done.returncode}, no JSON: {error}; {done.stderr[-300:]!r}")
    if problems:
        failed += 1
        print("FAILED gridlock", *arguments)
        for problem in problems[:5]:
            print("   ", problem)
print(f"{tried} reports, {failed} failed")
sys.exit(1 if failed or tried < 20 else 0)
