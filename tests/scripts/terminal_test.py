#!/usr/bin/env python3
"""What a user sees on a terminal while a long run goes on, and how it ends on Ctrl-C: $GRIDLOCK_BINARY under a
pseudo-terminal."""
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

gridlock = os.environ["GRIDLOCK_BINARY"]
failures = []
erase = b"\r\x1b[K"

endless = """
schema: CREATE TABLE t (id INT PRIMARY KEY, v INT)
data: {t: {rows: 5, columns: {id: sequence, v: 0}}}
transactions:
  two:
    params: {a: {uniform: [1, 5]}, b: {uniform: [1, 5]}}
    steps: ["UPDATE t SET v = v + 1 WHERE id = :a", "UPDATE t SET v = v + 1 WHERE id = :b"]
sessions: [{run: two, count: 8, duration: 100000h}]
retry: {on: [deadlock]}
"""


def expect(holds, what):
    print("ok    " if holds else "FAILED", what)
    if not holds:
        failures.append(what)


class Running:
    """gridlock with its standard error on a terminal (or a pipe), and standard output to a file."""

    def __init__(self, workload, *options, terminal=True, stdout=None, term="xterm"):
        self.out = tempfile.TemporaryFile()
        self.err = b""
        if terminal:
            self.fd, child = pty.openpty()
        else:
            self.fd, child = os.pipe()
        self.process = subprocess.Popen([gridlock, "run", workload, *options], stdin=subprocess.DEVNULL,
                                        stdout=stdout or self.out, stderr=child, env=dict(os.environ, TERM=term))
        os.close(child)

    def read_until(self, pattern, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not re.search(pattern, self.err):
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    got = os.read(self.fd, 65536)
                except OSError:
                    return
                if not got:
                    return
                self.err += got

    def stop(self, number):
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        self.read_until(rb"(?!)", 0.2)
        code = self.process.wait(timeout=60)
        self.read_until(rb"(?!)", 0.5)
        self.out.seek(0)
        return code, self.out.read().decode()


def progress_and_interrupt(workload):
    run = Running(workload)
    run.read_until(rb"deadlocks, .*deadlocks, ", 40)
    line = run.err.split(erase)[-1].decode()
    expect(re.match(r"[\d,]+ transactions?, [\d,]+ lock waits?, [\d,]+ deadlocks?, \d+ a second", line), f"the line: {line!r}")
    expect(b"\n" not in run.err, "it stays one line")
    code, report = run.stop(signal.SIGINT)
    expect(code == 130, f"Ctrl-C ends with 130: {code}")
    expect("Stopped by a signal" in report and "deadlocks" in report, "the report so far is written")
    expect(run.err.endswith(erase) and run.err.count(b"\n") == 0, f"nothing of the line is left: {run.err[-40:]!r}")


def terminated(workload):
    run = Running(workload, "--format", "json")
    run.read_until(rb"deadlocks, ", 40)
    code, report = run.stop(signal.SIGTERM)
    expect(code == 143, f"SIGTERM ends with 143: {code}")
    expect('"stopped": true' in report and '"exit_code": 143' in report, "the JSON report says so")


def silent(workload, what, *options, **how):
    run = Running(workload, *options, **how)
    run.read_until(rb"(?!)", 2.5)
    expect(run.err == b"", f"{what}: nothing is drawn: {run.err[:60]!r}")
    code, report = run.stop(signal.SIGINT)
    expect(code == 130 and "Stopped by a signal" in report, f"{what}: it ends cleanly all the same ({code})")


def second_interrupt(workload):
    """The report goes to a pipe that nobody reads: gridlock would wait for ever, and a second Ctrl-C ends it at once."""
    reader, writer = os.pipe()
    run = Running(workload, "--format", "jsonl", stdout=writer)
    run.read_until(rb"deadlocks, ", 40)
    run.process.send_signal(signal.SIGINT)
    time.sleep(3)
    expect(run.process.poll() is None, "it waits for the reader of its report")
    run.process.send_signal(signal.SIGINT)
    code = run.process.wait(timeout=20)
    expect(code == -signal.SIGINT, f"a second Ctrl-C ends it at once: {code}")
    os.close(reader)
    os.close(writer)


with tempfile.TemporaryDirectory() as folder:
    path = str(pathlib.Path(folder) / "endless.yaml")
    pathlib.Path(path).write_text(endless)
    progress_and_interrupt(path)
    terminated(path)
    silent(path, "--quiet", "--quiet")
    silent(path, "no terminal", terminal=False)
    silent(path, "TERM=dumb", term="dumb")
    second_interrupt(path)
sys.exit(1 if failures else 0)
