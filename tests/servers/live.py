#!/usr/bin/python3
"""Live tests of the drivers: each starts a server of its own, plays on it with the built gridlock, and looks at the server.

    live.py contract KIND BINARY           the contract test that every driver passes (BINARY: gridlock_contract_tests)
    live.py stories KIND BINARY STORY...   the events of each story are those of the server's goldens, each deadlock told
                                           by the server itself
    live.py storm KIND BINARY              deadlock events equal the server's own counter exactly, no money is lost
    live.py manners KIND BINARY            nothing is left behind: after a run, after errors, after Ctrl-C; no password told

KIND: mysql, mysqlx, mariadb, postgres. Exit code 77: this server, or this protocol of the build, cannot be had here.
"""
import contextlib
import glob
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import servers

HERE = os.path.dirname(os.path.abspath(__file__))
FIDELITY = os.path.join(HERE, "..", "fidelity")
SETTINGS = {
    "mysql": {"innodb_stats_auto_recalc": "OFF"},
    "mariadb": {"innodb_stats_auto_recalc": "OFF", "plugin-load-add": "metadata_lock_info"},
    "postgres": {"autovacuum": "off"},
}
LEVELS = {"rr": "repeatable read", "rc": "read committed", "ser": "serializable", "ru": "read uncommitted"}

STORM = """
name: storm
schema: |
  CREATE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL);
data: {accounts: {rows: 10, columns: {id: sequence, balance: 1000}}}
transactions:
  transfer:
    isolation: read committed
    params: {from: {uniform: [1, 10]}, to: {uniform: [1, 10], distinct_from: from}}
    steps:
      - UPDATE accounts SET balance = balance - 10 WHERE id = :from
      - think: 1ms
      - UPDATE accounts SET balance = balance + 10 WHERE id = :to
sessions: [{run: transfer, count: 8, times: 60}]
retry: {on: [deadlock, lock timeout, serialization failure], attempts: 100, backoff: {first: 1ms, factor: 2, jitter: full}}
expect: {committed: 480, invariants: [{query: SELECT SUM(balance) FROM accounts, equals: 10000}]}
"""

SLOW = """
name: slow
schema: CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1)
transactions:
  hold: {steps: [UPDATE t SET v = v + 1 WHERE id = 1, think: 20ms]}
sessions: [{run: hold, count: 4, times: 100000}]
"""

WRONG = """
name: wrong
schema: CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO nowhere VALUES (1)
transactions: {a: {steps: [SELECT id FROM t]}}
sessions: [{run: a, count: 1, times: 1}]
"""


class Failure(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Failure(what)


def family(kind):
    """`postgres18` is a PostgreSQL."""
    return kind.rstrip("0123456789")


@contextlib.contextmanager
def a_server(kind):
    base = "mysql" if kind == "mysqlx" else kind
    with servers.running(base, SETTINGS[family(base)]) as server:
        yield server, server["x_url"] if kind == "mysqlx" else server["url"]


def run(binary, *arguments, text=None):
    done = subprocess.run([binary, *arguments], input=text, capture_output=True, text=True, timeout=240)
    if "this build has no" in done.stderr:
        raise servers.Unavailable(done.stderr.strip())
    return done


def report(binary, *arguments, text=None):
    done = run(binary, "run", *arguments, "--format", "json", text=text)
    check(done.stdout.startswith("{"), f"no report: exit code {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def ask(server, sql):
    if servers.is_postgres(server["kind"]):
        import psycopg2
        connection = psycopg2.connect(host="127.0.0.1", port=server["port"], user="postgres", dbname="postgres")
    else:
        import pymysql
        connection = pymysql.connect(unix_socket=server["socket"], user="root")
    with contextlib.closing(connection):
        cursor = connection.cursor()
        cursor.execute(sql)
        return cursor.fetchall()


def counted(server):
    """Deadlocks by the server's own counter."""
    query = {"postgres": "SELECT 0, deadlocks FROM pg_stat_database WHERE datname = 'postgres'",
             "mysql": "SELECT 0, COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'lock_deadlocks'",
             "mariadb": "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'"}[family(server["kind"])]
    return int(ask(server, query)[0][1])


def left_behind(server):
    query = ("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'gridlock%'" if servers.is_postgres(server["kind"])
             else "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'gridlock%'")
    return [row[0] for row in ask(server, query)]


# ---- contract --------------------------------------------------------------------------------------------------------

def contract(kind, binary):
    with a_server(kind) as (_, url):
        environment = dict(os.environ, GRIDLOCK_CONTRACT_URL=url)
        done = subprocess.run([binary, "--gtest_brief=1"], env=environment, capture_output=True, text=True, timeout=240)
        if "this build has no" in done.stdout + done.stderr:
            raise servers.Unavailable(f"the build has no driver for {kind}")
        check(done.returncode == 0, done.stdout + done.stderr)


# ---- stories ---------------------------------------------------------------------------------------------------------

def folder(kind, server):
    parts = server["version"].split(".")
    name = kind.removesuffix("x") + (parts[0] if servers.is_postgres(server["kind"]) else "".join(parts[:2]))
    return os.path.join(FIDELITY, name)


def without_words(events):
    """A server's messages name its own schema and are no part of the comparison; its codes are."""
    return [event[:2] + [str(event[2]["code"])] if len(event) > 2 else event for event in events]


def accepted(order):
    return [without_words(one["events"]) for one in [order, *order.get("variants", [])]]


def compare(binary, url, story, level, golden):
    played = report(binary, story, "--engine", url, "--isolation", LEVELS[level])
    name = f"{os.path.basename(story)} at {LEVELS[level]}"
    suffered = 0
    for number, (order, expected) in enumerate(zip(played["runs"][0]["orders"], golden["orders"], strict=True), 1):
        events = without_words(order["events"])
        suffered += sum(event[1] == "deadlock" for event in events)
        check(events in accepted(expected),
              f"{name}, order {number}:\n  played   {events}\n  expected {accepted(expected)}")
    told = sum(deadlock["count"] for deadlock in played["deadlocks"] if deadlock["victim"] is not None)
    check(told == suffered, f"{name}: {suffered} sessions were told of a deadlock, the report has {told}")
    for deadlock in played["deadlocks"]:
        check(deadlock["victim"] is None or deadlock["proof"] == "reported", f"{name}: proof {deadlock['proof']}")
        check(len(deadlock["parties"]) > 1, f"{name}: a deadlock of one party")


def stories(kind, binary, *paths):
    compared = 0
    with a_server(kind) as (server, url):
        for path in paths:
            stem = os.path.splitext(os.path.basename(path))[0]
            for golden in sorted(glob.glob(os.path.join(folder(kind, server), f"{stem}.*.json"))):
                level = golden.split(".")[-2]
                if level not in LEVELS:
                    continue
                with open(golden) as file:
                    compare(binary, url, path, level, json.load(file))
                compared += 1
        check(left_behind(server) == [], f"left on the server: {left_behind(server)}")
    if not compared:
        raise servers.Unavailable("there are no goldens of this server's version")
    print(f"{compared} stories came out as their goldens say")


# ---- storm -----------------------------------------------------------------------------------------------------------

def storm(kind, binary):
    with a_server(kind) as (server, url):
        before = counted(server)
        played = report(binary, "-", "--engine", url, "--seed", "7", text=STORM)
        summary = played["runs"][0]
        events = sum(deadlock["count"] for deadlock in played["deadlocks"])
        deadline = time.monotonic() + 5
        while counted(server) - before != events and time.monotonic() < deadline:
            time.sleep(0.1)
        check(summary["transactions"]["committed"] == 480, f"committed: {summary['transactions']}")
        check(summary["deadlocks"] == events, f"{summary['deadlocks']} sessions lost, {events} deadlocks told")
        check(counted(server) - before == events, f"the server counted {counted(server) - before} deadlocks, not {events}")
        check(events > 0, "no deadlock: the storm was none")
        proofs = {}
        for deadlock in played["deadlocks"]:
            proofs[deadlock["proof"]] = proofs.get(deadlock["proof"], 0) + deadlock["count"]
        print(f"{events} deadlocks, as the server counted; proof: {proofs}")


# ---- manners ---------------------------------------------------------------------------------------------------------

def with_password(url, password):
    scheme, rest = url.split("://")
    user, host = rest.split("@")
    return f"{scheme}://{user}:{password}@{host}"


def manners(kind, binary):
    with a_server(kind) as (server, url):
        with tempfile.TemporaryDirectory() as home:
            for name, text in (("slow", SLOW), ("wrong", WRONG)):
                with open(f"{home}/{name}.yaml", "w") as file:
                    file.write(text)
            done = run(binary, "run", f"{home}/wrong.yaml", "--engine", url)
            check(done.returncode == 2 and "nowhere" in done.stderr, f"a wrong schema: {done.returncode}\n{done.stderr}")
            check(left_behind(server) == [], f"after an error: {left_behind(server)}")
            interrupted(binary, f"{home}/slow.yaml", url)
            check(left_behind(server) == [], f"after Ctrl-C: {left_behind(server)}")
            secret = "hUnter2Secret"
            for wrong in (with_password(url, secret), with_password(url, secret).replace("127.0.0.1:", "127.0.0.1:1")):
                done = run(binary, "run", f"{home}/wrong.yaml", "--engine", wrong)
                check(secret not in done.stdout + done.stderr, f"a password was told:\n{done.stdout}{done.stderr}")


def interrupted(binary, workload, url):
    playing = subprocess.Popen([binary, "run", workload, "--engine", url], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    time.sleep(4)
    playing.send_signal(signal.SIGINT)
    out, error = playing.communicate(timeout=60)
    check(playing.returncode == 130, f"Ctrl-C: exit code {playing.returncode}\n{out}{error}")
    check("deadlock" in out, f"Ctrl-C: no report of what happened so far\n{out}{error}")


def main():
    what, kind, binary, *rest = sys.argv[1:]
    try:
        {"contract": contract, "stories": stories, "storm": storm, "manners": manners}[what](kind, binary, *rest)
    except servers.Unavailable as problem:
        print(f"skipped: {problem}", file=sys.stderr)
        return 77
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
