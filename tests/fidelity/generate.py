#!/usr/bin/python3
"""Writes random small stories, one JSON object per line; with --capture also what a real server made of them.

    generate.py --seed N --count M                      stories only
    generate.py --seed N --count M --capture mysql      {"story": {...}, "engine": ..., "golden": {"rr": [orders], "rc": [orders]}}
    generate.py --seed N --count M --capture postgres   likewise, each story at one of "rc", "rr", "ser"

The same seed gives the same stories. A story has one or two tables (primary key, unique key, plain and nullable secondary
index), two or three sessions of two to five statements, and one random interleaving. PostgreSQL's stories have foreign keys
with every action, all row and table lock modes, upserts, savepoints and advisory locks as well.
"""
import argparse
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "servers"))

KEYS = [2 * n for n in range(1, 11)]     # even keys exist, odd ones fall into gaps


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.chance = lambda p: self.random.random() < p
        self.pick = self.random.choice

    def table(self, name):
        columns = ["id INT PRIMARY KEY", "u INT", "v INT", "w INT"]
        keys = self.pick([["CONSTRAINT u UNIQUE (u)"], ["KEY v (v)"], ["CONSTRAINT u UNIQUE (u)", "KEY v (v)"]])
        rows = []
        for key in KEYS:
            unique = "NULL" if self.chance(0.1) else key * 10
            plain = "NULL" if self.chance(0.1) else (key // 4) * 4
            rows.append(f"({key}, {unique}, {plain}, {self.random.randrange(5)})")
        return [f"CREATE TABLE {name} ({', '.join(columns + keys)})", f"INSERT INTO {name} VALUES {', '.join(rows)}"], \
            [key[-2] for key in keys]

    def key(self):
        return self.pick(KEYS) + (self.chance(0.25))

    def condition(self, indexes):
        column = self.pick(["id", "id"] + indexes + (["w"] if self.chance(0.2) else []))
        scale = 10 if column == "u" else 1
        value = lambda: self.key() * scale if column != "w" else self.random.randrange(5)
        low, high = sorted((value(), value()))
        form = self.random.randrange(10)
        if form < 5:
            text = f"{column} = {value()}"
        elif form == 5:
            text = f"{column} BETWEEN {low} AND {min(high, low + 6 * scale)}"
        elif form == 6:
            text = f"{column} IN ({low}, {high})"
        elif form == 7:
            text = self.pick([f"{column} > {high}", f"{column} >= {high}", f"{column} < {low}", f"{column} <= {low}"])
        elif form == 8 and column in ("u", "v"):
            text = f"{column} IS NULL"
        else:
            text = f"{column} > {low} AND {column} <= {min(high, low + 6 * scale)}"
        return f"{text} AND w < {self.random.randrange(1, 5)}" if self.chance(0.1) else text

    def row(self):
        key = self.key() + (self.chance(0.5))
        return f"({key}, {self.pick([key * 10, self.key() * 10, 'NULL'])}, {self.pick([self.key(), self.key(), 'NULL'])}, 0)"

    def statement(self, tables):
        name, indexes = self.pick(tables)
        form = self.random.randrange(20)
        if form < 6:
            mode = self.pick(["", " FOR SHARE", " FOR UPDATE", " FOR UPDATE"])
            return f"SELECT * FROM {name} WHERE {self.condition(indexes)}{mode}"
        if form < 11:
            change = self.pick(["w = w + 1", "w = w + 1", f"v = {self.key()}", "v = v + 1", f"u = {self.key() * 10}", "u = u + 5"])
            return f"UPDATE {name} SET {change} WHERE {self.condition(indexes)}"
        if form < 14:
            return f"DELETE FROM {name} WHERE {self.condition(indexes)}"
        if form < 18:
            return f"INSERT INTO {name} VALUES {self.row()}"
        if form == 18:
            return f"REPLACE INTO {name} VALUES {self.row()}"
        return f"INSERT INTO {name} VALUES {self.row()} ON DUPLICATE KEY UPDATE w = w + 1"

    def story(self, name):
        schema, tables = [], []
        for table in ["t", "s"][:1 + self.chance(0.25)]:
            sql, indexes = self.table(table)
            schema += sql
            tables.append((table, indexes))
        sessions, left = {}, []
        for session in ["a", "b", "c"][:self.pick([2, 2, 3])]:
            body = ["BEGIN"] + [self.statement(tables) for _ in range(self.random.randrange(2, 5))]
            body.append(self.pick(["COMMIT", "COMMIT", "COMMIT", "ROLLBACK"]))
            sessions[session] = {"steps": [{f"{session}{number}": sql} for number, sql in enumerate(body, 1)]}
            left += [session] * len(body)
        self.random.shuffle(left)
        done = dict.fromkeys(sessions, 0)
        order = []
        for session in left:
            done[session] += 1
            order.append(f"{session}{done[session]}")
        return {"name": name, "schema": ";\n".join(schema) + ";\n", "sessions": sessions, "orders": [order]}


TABLE_MODES = ["ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE",
               "EXCLUSIVE", "ACCESS EXCLUSIVE"]
ACTIONS = ["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]


class PostgresMaker(Maker):
    """Few rows, so that sessions meet. `c` is a child of `p`."""

    def key(self):
        return self.random.randrange(1, 6)

    def schema(self):
        parent = ["CREATE TABLE p (id INT PRIMARY KEY, u INT UNIQUE, v INT, w INT NOT NULL)",
                  "INSERT INTO p VALUES (1, 10, 1, 0), (2, 20, 1, 0), (3, 30, 2, 0), (4, NULL, 2, 0)"]
        if self.chance(0.3):
            parent.append("CREATE INDEX v ON p (v)")
        child = [f"CREATE TABLE c (id INT PRIMARY KEY, pid INT DEFAULT 1 REFERENCES p (id) ON DELETE {self.pick(ACTIONS)} "
                 f"ON UPDATE {self.pick(ACTIONS)}, w INT)",
                 "INSERT INTO c VALUES (1, 1, 0), (2, 2, 0), (3, 2, 0), (4, NULL, 0)"]
        self.with_child = self.chance(0.5)
        return parent + (child if self.with_child else [])

    def where(self):
        low = self.key()
        return self.pick([f"id = {low}", f"id = {self.key()}", f"id = {self.key()}", f"id IN ({low}, {self.key()})",
                          f"id BETWEEN {low} AND {low + 1}", f"id > {low}", f"v = {self.random.randrange(1, 3)}",
                          f"u = {low * 10}", f"w = {self.random.randrange(2)}"])

    def child_where(self):
        return self.pick([f"id = {self.key()}", f"pid = {self.key()}", "pid IS NULL"])

    def child_statement(self):
        return self.pick([
            f"INSERT INTO c VALUES ({self.random.randrange(3, 8)}, {self.key()}, 0)",
            f"INSERT INTO c VALUES ({self.random.randrange(5, 8)}, {self.key()}, 0)",
            f"UPDATE c SET pid = {self.pick([self.key(), self.key(), 'NULL'])} WHERE {self.child_where()}",
            f"UPDATE c SET w = w + 1 WHERE {self.child_where()}",
            f"DELETE FROM c WHERE {self.child_where()}",
            f"DELETE FROM p WHERE id = {self.key()}",
            f"UPDATE p SET id = {self.random.randrange(5, 9)} WHERE id = {self.key()}",
            f"SELECT * FROM c WHERE {self.child_where()}{self.pick(['', ' FOR UPDATE', ' FOR SHARE'])}"])

    def row_lock(self):
        mode = self.pick(["UPDATE", "UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"])
        return f" FOR {mode}{self.pick(['', '', '', ' NOWAIT', ' SKIP LOCKED'])}"

    def statement(self, tables):
        form = self.random.randrange(24)
        if self.with_child and self.chance(0.4):
            return self.child_statement()
        if form < 3:
            return f"SELECT * FROM p WHERE {self.where()} ORDER BY id"
        if form < 8:
            return f"SELECT id FROM p WHERE {self.where()}{self.pick(['', ' ORDER BY id', ' ORDER BY id DESC'])}{self.row_lock()}"
        if form < 14:
            change = self.pick(["w = w + 1", "w = w + 1", "v = v + 1", "w = id", f"u = {self.key() * 10}",
                                f"id = {self.random.randrange(5, 9)}", "u = u, w = 7"])
            return f"UPDATE p SET {change} WHERE {self.where()}{self.pick(['', '', ' RETURNING id, w'])}"
        if form < 16:
            return f"DELETE FROM p WHERE {self.where()}"
        row = f"({self.random.randrange(1, 8)}, {self.pick([self.random.randrange(1, 8) * 10, 'NULL'])}, 1, 0)"
        if form < 19:
            return f"INSERT INTO p VALUES {row}"
        if form == 19:
            return f"INSERT INTO p VALUES {row} ON CONFLICT DO NOTHING"
        if form == 20:
            return f"INSERT INTO p VALUES {row} ON CONFLICT ({self.pick(['id', 'id', 'u'])}) DO UPDATE SET w = p.w + 1"
        if form == 21:
            return f"LOCK TABLE p IN {self.pick(TABLE_MODES)} MODE{self.pick(['', '', ' NOWAIT'])}"
        if form == 22:
            call = self.pick(["pg_advisory_xact_lock", "pg_advisory_lock", "pg_advisory_xact_lock_shared",
                              "pg_try_advisory_lock", "pg_advisory_unlock"])
            return f"SELECT {call}({self.random.randrange(1, 4)})"
        return self.pick(["SAVEPOINT s", "SAVEPOINT s", "ROLLBACK TO SAVEPOINT s", "RELEASE SAVEPOINT s"])

    def story(self, name):
        schema, sessions, left = self.schema(), {}, []
        for session in ["a", "b", "c"][:self.pick([2, 2, 3])]:
            body = ["BEGIN"] + [self.statement(None) for _ in range(self.random.randrange(2, 5))]
            body.append(self.pick(["COMMIT", "COMMIT", "COMMIT", "ROLLBACK"]))
            sessions[session] = {"steps": [{f"{session}{number}": sql} for number, sql in enumerate(body, 1)]}
            left += [session] * len(body)
        self.random.shuffle(left)
        done, order = dict.fromkeys(sessions, 0), []
        for session in left:
            done[session] += 1
            order.append(f"{session}{done[session]}")
        return {"name": name, "schema": ";\n".join(schema) + ";\n", "sessions": sessions, "orders": [order]}


MAKERS = {"mysql": Maker, "mariadb": Maker, "postgres": PostgresMaker}


def levels(engine, number):
    """At which levels a story is captured: on PostgreSQL, where a story takes long, at each of three in turn."""
    return (("rc", "rr", "ser")[number % 3],) if engine == "postgres" else ("rr", "rc")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--capture", choices=["mysql", "mariadb", "postgres"])
    parser.add_argument("--dialect", choices=["mysql", "postgres"], default="mysql", help="of stories only; default mysql")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    maker = MAKERS[options.capture or options.dialect]
    stories = [maker(options.seed * 100000 + number).story(f"g{options.seed}_{number:03}") for number in range(options.count)]
    if not options.capture:
        for story in stories:
            print(json.dumps(story, ensure_ascii=False))
        return 0
    import capture
    import servers
    try:
        with capture.a_server(options.capture) as server:
            engine = capture.ENGINES[options.capture](server)
            for number, document in enumerate(stories):
                story = capture.Story(document)
                golden = {level: capture.capture(engine, story, level, options.repeat)["orders"] for level in levels(options.capture, number)}
                for level, orders in golden.items():
                    if any("variants" in order for order in orders):
                        print(f"{story.name}.{level}: variants", file=sys.stderr)
                print(json.dumps({"story": document, "engine": engine.version, "golden": golden}, ensure_ascii=False,
                                 separators=(",", ":")), flush=True)
    except servers.Unavailable as problem:
        print(f"skipped: {problem}", file=sys.stderr)
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
