#!/usr/bin/python3
"""Plays some stories on real servers and keeps what the servers write about them, in tests/fidelity/logs/.

    capture_logs.py mysql|mariadb|postgres...

Beside each log stands NAME.json: the deadlocks in it, as the player knows them (thread or process id, statement, victim).
Lines that name the server's directories are left out; nothing else is changed.
"""
import argparse
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import capture
import servers

STORIES = os.path.join(HERE, "..", "fidelity", "stories")
LOGS = os.path.join(HERE, "..", "fidelity", "logs")
INNODB = ["d01", "d02", "d02_four", "d03", "d05", "d10", "d14", "d17_two", "d21", "d22", "d30", "d30_pk", "keys"]
POSTGRES = ["d01", "d02", "d10", "keys", "pg/p01_multi", "pg/p05", "pg/p07", "pg/p08", "pg/p12", "pg/p13", "pg/p14", "pg/p15",
            "pg/p16", "pg/n1", "pg/lock_timeout"]


def load(name):
    path = os.path.join(STORIES, name + ".yaml")
    return capture.Story.load(path) if os.path.exists(path) else None


def clean(text, server):
    """Leaves out lines with paths of this machine."""
    paths = [server["dir"], servers.trees.tree("mysql"), os.path.expanduser("~") + "/", "/usr/", "/tmp/"]
    return "".join(line for line in text.splitlines(True) if not any(path in line for path in paths))


def keep(folder, name, text, truth):
    os.makedirs(os.path.join(LOGS, folder), exist_ok=True)
    with open(os.path.join(LOGS, folder, name), "w") as file:
        file.write(text)
    if truth is not None:
        with open(os.path.join(LOGS, folder, name + ".json"), "w") as file:
            file.write(capture.text(truth) + "\n")


def truth(story, golden, ids, isolation, version):
    """What a reader of the log should find: one entry per step that ended as a deadlock's victim."""
    flight, found = {}, []
    for step, outcome, *_ in golden["events"]:
        session = story.owner[step]
        if outcome == "waits":
            flight[session] = step
        elif outcome == "deadlock":
            parties = {**flight, session: step}
            facts = next((d for d in golden.get("deadlocks", []) if d["victim"] == session), None)
            names = [party["session"] for party in facts["parties"]] if facts else sorted(parties)
            found.append({"victim": ids[session], "certain_cycle": bool(facts),
                          "waiting": [{"session": name, "thread_or_pid": ids[name], "statement": story.steps.get(parties.get(name, ""), None)}
                                      for name in names]})
        else:
            flight.pop(session, None)
    return {"story": story.name, "engine": version, "isolation": isolation, "events": golden["events"],
            "ids": ids, "deadlocks": found}


def innodb(kind):
    """Status texts: one after each deadlock, one during a plain wait; and the error log at two verbosities."""
    for verbosity in (3, 2):
        settings = {**capture.ENGINES[kind].settings, "innodb_print_all_deadlocks": "ON"}
        settings["log_error_verbosity" if kind == "mysql" else "log_warnings"] = verbosity
        with servers.running(kind, settings) as server:
            engine = capture.ENGINES[kind](server)
            folder = capture.folder(server)
            for name in INNODB:
                story = load(name)
                if story is None:
                    continue
                statuses, mark = [], os.path.getsize(server["log"])

                def look(golden):
                    deadlocks = sum(event[1] == "deadlock" for event in golden["events"])
                    if deadlocks > len(statuses):
                        statuses.append(capture.dictionary(engine.cursor, "SHOW ENGINE INNODB STATUS")[0][2])
                player = capture.Player(engine, story, "rr", look)
                golden = player.play(story.orders[0])
                facts = truth(story, golden, engine.connections, "repeatable read", engine.version)
                if verbosity == 3:
                    for number, text in enumerate(statuses):
                        keep(folder, f"status-{name}{'-' + str(number + 1) if number else ''}.txt", clean(text, server), facts)
                with open(server["log"], "rb") as log:
                    log.seek(mark)
                    keep(folder, f"error-{verbosity}-{name}.log", clean(log.read().decode("utf-8", "replace"), server), facts)
            if verbosity == 3:
                waits, texts = load("d01"), []
                capture.Player(engine, waits, "rr", lambda golden: texts.append(
                    capture.dictionary(engine.cursor, "SHOW ENGINE INNODB STATUS")[0][2])).play(["a1", "a2", "b1", "b2", "b3"])
                keep(folder, "status-waiting.txt", clean(texts[-1], server), None)
            with open(server["log"], "rb") as log:
                keep(folder, f"error-{verbosity}-all.log", clean(log.read().decode("utf-8", "replace"), server), None)


def postgres(kind):
    """stderr, csv and json logs of the same sessions, with two line prefixes."""
    for label, prefix in (("default", "%m [%p] "), ("debian", "%m [%p] %q%u@%d ")):
        settings = {**capture.Postgres.settings, "log_line_prefix": prefix, "log_lock_waits": "on", "deadlock_timeout": "200ms",
                    "logging_collector": "on", "log_destination": "stderr,csvlog,jsonlog", "log_directory": "log",
                    "log_filename": "server.log", "log_timezone": "UTC"}
        with servers.running(kind, settings) as server:
            engine = capture.Postgres(server)
            engine.deadlock_timeout = 0.2
            folder = capture.folder(server)
            files = {"stderr.log": "server.log", "csv": "server.csv", "jsonl": "server.json"}
            files = {key: os.path.join(server["dir"], "data/log", name) for key, name in files.items()}
            for name in POSTGRES:
                story = load(name)
                if story is None:
                    continue
                marks = {key: os.path.getsize(path) for key, path in files.items()}
                golden = capture.Player(engine, story, "rc").play(story.orders[0])
                ids = {session: pid for pid, session in engine.pids.items()}
                facts = truth(story, golden, ids, "read committed", engine.version)
                for key, path in files.items():
                    if key != "stderr.log" and label == "debian":
                        continue
                    with open(path, "rb") as log:
                        log.seek(marks[key])
                        text = clean(log.read().decode("utf-8", "replace"), server)
                    stem = os.path.basename(name) + (f".{label}" if key == "stderr.log" else "")
                    keep(folder, f"{stem}.{key}", text, facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", nargs="+", choices=sorted(capture.ENGINES))
    try:
        for kind in parser.parse_args().kind:
            (postgres if kind == "postgres" else innodb)(kind)
    except servers.Unavailable as problem:
        print(f"skipped: {problem}", file=sys.stderr)
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
