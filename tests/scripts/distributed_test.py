#!/usr/bin/env python3
"""docs/distributed.md does what it says: its commands for GNU parallel run, and its Kubernetes manifest fits together.

The commands are the indented lines of the page, run in a folder of their own with `gridlock` as $GRIDLOCK_BINARY.
Exit 77: GNU parallel or PyYAML is missing.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

source = pathlib.Path(__file__).resolve().parents[2]
gridlock = os.environ["GRIDLOCK_BINARY"]
page = (source / "docs/distributed.md").read_text()
failures = []


def expect(holds, what):
    print("ok    " if holds else "FAILED", what)
    if not holds:
        failures.append(what)


def blocks():
    """Runs of indented lines that begin with a command of the shell."""
    for block in re.findall(r"(?:^    .+\n)+", page, re.M):
        lines = [line[4:] for line in block.splitlines()]
        if lines[0].startswith(("seq ", "parallel ")):
            yield lines


def shell(command, folder):
    environment = dict(os.environ, PATH=f"{folder}/bin:{os.environ['PATH']}")
    return subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=280)


def run_blocks():
    tried = 0
    for lines in blocks():
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "bin").mkdir()
            (folder / "bin/gridlock").symlink_to(gridlock)
            (folder / "examples").symlink_to(source / "examples")
            for line in lines:
                done = shell(line, folder)
                tried += 1
                good = done.returncode == 0 or (line.startswith("gridlock merge") and done.returncode == 1)
                expect(good, f"{line}: exit {done.returncode} {done.stderr[-300:]}")
            if "--shard" in lines[0]:
                check_parts(folder)
    expect(tried >= 6, f"{tried} commands of the page were run")


def check_parts(folder):
    """The parts' figures add up to the merged ones; the whole has as many transactions."""
    parts = [json.loads(path.read_text()) for path in sorted(folder.glob("part-*.json"))]
    expect(len(parts) == 4, f"{len(parts)} parts")
    done = shell("gridlock merge --format json part-*.json", folder)
    whole = json.loads(done.stdout)
    expect(len(whole["runs"]) == 1 and whole["runs"][0]["shard"] is None, "one run, whole")
    run = whole["runs"][0]
    for count in ("committed", "rolled_back", "retried", "failed"):
        expect(run["transactions"][count] == sum(part["runs"][0]["transactions"][count] for part in parts), f"{count} add up")
    expect(run["deadlocks"] == sum(part["runs"][0]["deadlocks"] for part in parts), "deadlocks add up")
    expect(sum(d["count"] for d in whole["deadlocks"]) == sum(d["count"] for part in parts for d in part["deadlocks"]),
           "deadlocks by shape add up")
    buckets = {}
    for part in parts:
        for value, count in part["runs"][0]["lock_waits"]["histogram_us"]["buckets"]:
            buckets[value] = buckets.get(value, 0) + count
    expect(sorted(map(list, buckets.items())) == run["lock_waits"]["histogram_us"]["buckets"], "histograms add up")
    alone = json.loads(shell("gridlock run examples/transfers.yaml --fail-on never --format json", folder).stdout)["runs"][0]
    ended = [r["transactions"]["committed"] + r["transactions"]["failed"] for r in (alone, run)]
    expect(ended[0] == ended[1], f"as many transactions as the whole: {ended}")
    merged = shell("gridlock merge part-1.json part-3.json", folder)
    expect("2 of 4 parts are missing (2, 4)" in " ".join(merged.stdout.split()), "missing parts are named")
    twice = shell("gridlock merge part-1.json part-1.json", folder)
    expect(twice.returncode == 2 and "stands twice" in twice.stderr, f"a part given twice is refused: {twice.stderr}")


def check_manifest(yaml):
    documents = list(yaml.safe_load_all((source / "docs/kubernetes/storm.yaml").read_text()))
    config, job = documents
    expect([config["kind"], job["kind"]] == ["ConfigMap", "Job"], "a ConfigMap and a Job")
    pods = job["spec"]["template"]["spec"]
    container = pods["containers"][0]
    mounted = {volume["name"]: volume["configMap"]["name"] for volume in pods["volumes"]}
    expect(job["spec"]["completionMode"] == "Indexed", "an Indexed Job")
    expect(job["spec"]["completions"] == job["spec"]["parallelism"], "all parts play at the same time")
    expect(f"+ 1))/{job['spec']['completions']} " in container["args"][0], "N is the number of completions")
    expect(mounted[container["volumeMounts"][0]["name"]] == config["metadata"]["name"], "the mounted ConfigMap is the one above")
    path = container["volumeMounts"][0]["mountPath"]
    name = re.search(r"gridlock run (\S+)", container["args"][0]).group(1)
    expect(os.path.dirname(name) == path and os.path.basename(name) in config["data"], "the workload is in the ConfigMap")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "storm.yaml"
        file.write_text(config["data"]["storm.yaml"])
        done = subprocess.run([gridlock, "check", str(file)], capture_output=True, text=True)
        expect(done.returncode == 0, f"the workload is sound {done.stderr}")
        command = container["args"][0].replace("/workload/storm.yaml", str(file)).replace("gridlock run", f"'{gridlock}' run", 1)
        command = command.replace("--fail-on", "--seed 3 --fail-on")
        short = config["data"]["storm.yaml"].replace("duration: 60s", "duration: 200ms").replace("warm_up: 5s", "warm_up: 50ms")
        file.write_text(short)
        environment = dict(os.environ, JOB_COMPLETION_INDEX="3", GRIDLOCK_ENGINE=container["env"][0]["value"])
        done = subprocess.run([*container["command"], command], env=environment, capture_output=True, text=True, timeout=120)
        shard = json.loads(done.stdout)["runs"][0]["shard"] if done.returncode == 0 else done.stderr
        expect(shard == {"part": 4, "of": 4}, f"the last pod plays the last part: {shard}")
    comment = (source / "docs/kubernetes/storm.yaml").read_text()
    expect(f"job/{job['metadata']['name']}" in comment and f"job-name={job['metadata']['name']}" in comment, "the comment names the job")


try:
    import yaml
except ImportError:
    print("skipped: PyYAML is not installed")
    sys.exit(77)
check_manifest(yaml)
if shutil.which("parallel"):
    run_blocks()
elif not failures:
    print("skipped: GNU parallel is not installed")
    sys.exit(77)
sys.exit(1 if failures else 0)
