#!/usr/bin/python3
"""Writes random small stories, one JSON object per line; with --capture also what a real server made of them.

    generate.py --seed N --count M                      stories only
    generate.py --seed N --count M --capture mysql      {"story": {...}, "engine": ..., "golden": {"rr": [orders], "rc": [orders]}}

The same seed gives the same stories. A story has one or two tables (primary key, unique key, plain and nullable secondary
index), two or three sessions of two to five statements, and one random interleaving.
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--capture", choices=["mysql", "mariadb"])
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    stories = [Maker(options.seed * 100000 + number).story(f"g{options.seed}_{number:03}") for number in range(options.count)]
    if not options.capture:
        for story in stories:
            print(json.dumps(story, ensure_ascii=False))
        return 0
    import capture
    import servers
    try:
        with capture.a_server(options.capture) as server:
            engine = capture.ENGINES[options.capture](server)
            for document in stories:
                story = capture.Story(document)
                golden = {level: capture.capture(engine, story, level, options.repeat)["orders"] for level in ("rr", "rc")}
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
