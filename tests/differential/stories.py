"""Random small stories, from a seed: schemas, rows, deleted rows, and interleaved statements of two to four sessions.

Primary keys of one and of two columns, ascending and descending, and tables without one; unique and plain secondary indexes,
of one and two columns, nullable; foreign keys with every action; every statement that reads or writes rows, with every way to
lock; savepoints; all isolation levels. The same seed gives the same story.
"""
import random

SLOTS = [10, 20, 30, 40, 50, 60, 70, 80]     # keys that exist; five more falls into a gap
LEVELS = ["repeatable read", "repeatable read", "read committed", "read committed", "serializable", "read uncommitted"]
ACTIONS = ["", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON DELETE RESTRICT", " ON DELETE NO ACTION",
           " ON UPDATE CASCADE", " ON UPDATE SET NULL", " ON DELETE CASCADE ON UPDATE CASCADE",
           " ON DELETE SET NULL ON UPDATE CASCADE"]


class Table:
    """What a statement has to know of a table. `keys`: columns that an index begins with."""

    def __init__(self, name, columns, primary, keys, rows):
        self.name, self.columns, self.primary, self.keys, self.rows = name, columns, primary, keys, rows


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def chance(self, share):
        return self.random.random() < share

    # --- tables

    def primary(self):
        """The columns of the primary key, its definition, and whether their values make it up alone."""
        kind = self.random.randrange(10)
        if kind < 5:
            return ["id"], "PRIMARY KEY (id)"
        if kind == 5:
            return ["id"], "PRIMARY KEY (id DESC)"
        if kind == 6:
            return ["g", "id"], "PRIMARY KEY (g, id)"
        if kind == 7:
            return ["g", "id"], self.pick(["PRIMARY KEY (g DESC, id)", "PRIMARY KEY (g, id DESC)", "PRIMARY KEY (id, g)"])
        if kind == 8:
            return ["id"], "UNIQUE KEY p (id)"
        return [], ""

    def secondary(self):
        """Definitions of secondary indexes and the columns that they begin with."""
        choices = [("UNIQUE KEY u (u)", "u"), ("KEY v (v)", "v"), ("KEY v (v)", "v"), ("UNIQUE KEY gu (g, u)", "g"),
                   ("KEY vu (v, u)", "v"), ("KEY v (v DESC)", "v"), ("KEY vw (v, w)", "v")]
        found = {}
        for _ in range(self.random.randrange(4)):
            definition, column = self.pick(choices)
            found.setdefault(definition.split("(")[0], (definition, column))
        return list(found.values())

    def table(self, name):
        primary, definition = self.primary()
        secondary = self.secondary()
        keys = ([definition] if definition else []) + [one[0] for one in secondary]
        columns = ["id INT NOT NULL", "g INT NOT NULL", "u INT", "v INT", "w INT NOT NULL DEFAULT 0"]
        rows = []
        for slot in self.random.sample(SLOTS, self.random.randrange(4, len(SLOTS) + 1)):
            rows.append((slot, slot // 30, None if self.chance(0.1) else slot * 10,
                         None if self.chance(0.1) else slot // 20 * 20, self.random.randrange(4)))
        rows.sort()
        sql = [f"CREATE TABLE {name} ({', '.join(columns + keys)})",
               f"INSERT INTO {name} VALUES {', '.join(self.values(row) for row in rows)}"]
        begins = [column for _, column in secondary] + ([primary[0]] if primary else [])
        return Table(name, ["id", "g", "u", "v", "w"], primary, begins, rows), sql

    def child(self, name, parent):
        """A table whose v refers to the parent's id."""
        rows = [(slot, 0, None, self.pick([row[0] for row in parent.rows] + [None]), 1) for slot in SLOTS[:self.random.randrange(2, 6)]]
        key = self.pick(["", ", KEY v (v)", ", UNIQUE KEY u (u)"])
        action = self.pick(ACTIONS)
        sql = [f"CREATE TABLE {name} (id INT NOT NULL PRIMARY KEY, g INT NOT NULL, u INT, v INT, w INT NOT NULL DEFAULT 0{key}, "
               f"CONSTRAINT f{name} FOREIGN KEY (v) REFERENCES {parent.name} (id){action})",
               f"INSERT INTO {name} VALUES {', '.join(self.values(row) for row in rows)}"]
        return Table(name, ["id", "g", "u", "v", "w"], ["id"], ["v", "id"], rows), sql

    @staticmethod
    def values(row):
        return "(" + ", ".join("NULL" if value is None else str(value) for value in row) + ")"

    # --- statements

    def value(self, column):
        slot = self.pick(SLOTS) + (5 if self.chance(0.25) else 0)
        return {"id": slot, "g": self.random.randrange(4), "u": slot * 10, "v": self.pick([slot, slot // 20 * 20]),
                "w": self.random.randrange(4)}[column]

    def comparison(self, column):
        low, high = sorted((self.value(column), self.value(column)))
        form = self.random.randrange(12)
        if form < 6:
            return f"{column} = {self.value(column)}"
        if form == 6:
            return f"{column} BETWEEN {low} AND {high}"
        if form == 7:
            return f"{column} IN ({low}, {high})"
        if form < 10:
            return f"{column} {self.pick(['>', '>=', '<', '<='])} {self.value(column)}"
        if form == 10 and column in ("u", "v"):
            return f"{column} IS NULL"
        return f"{column} > {low} AND {column} <= {high}"

    def condition(self, table):
        if table.primary and self.chance(0.35):
            if len(table.primary) == 2 and self.chance(0.6):
                row = self.pick(table.rows)
                return f"g = {row[1]} AND id = {row[0] + (5 if self.chance(0.2) else 0)}"
            return self.comparison(table.primary[0])
        column = self.pick(table.keys) if table.keys and self.chance(0.85) else self.pick(["id", "w"])
        text = self.comparison(column)
        return f"{text} AND w < {self.random.randrange(1, 4)}" if self.chance(0.15) else text

    def row(self, table):
        slot = self.pick(SLOTS) + (5 if self.chance(0.6) else 0)
        if table.name == "c":
            return self.values((slot, 0, self.pick([None, slot * 10]), self.pick([None, self.value("id")]), 0))
        return self.values((slot, slot // 30, self.pick([None, slot * 10, self.value("u")]), self.pick([None, self.value("v")]), 0))

    def change(self, table):
        column = self.pick(["w", "w", "w", "v", "v", "u", "id"])
        if table.name == "c":
            return self.pick(["w = w + 1", f"v = {self.value('id')}", "v = NULL"])
        if column == "w":
            return "w = w + 1"
        if self.chance(0.15) and column in ("u", "v"):
            return f"{column} = NULL"
        return f"{column} = {self.value(column)}" if self.chance(0.6) else f"{column} = {column} + {5 if column != 'u' else 50}"

    def select(self, table):
        lock = self.pick(["", "", " FOR SHARE", " FOR SHARE", " FOR UPDATE", " FOR UPDATE", " FOR UPDATE", " FOR UPDATE NOWAIT",
                          " FOR UPDATE SKIP LOCKED"])
        form = self.random.randrange(8)
        column = (table.keys or ["id"])[0]
        tail = "" if form < 5 else f" ORDER BY {column}{self.pick(['', ' DESC'])}" + (f" LIMIT {self.random.randrange(1, 4)}" if form == 7 else "")
        what = self.pick(["*", "*", "*", "id", "COUNT(*)"]) if not tail else "*"
        return f"SELECT {what} FROM {table.name} WHERE {self.condition(table)}{tail}{lock}"

    def statement(self, tables):
        table = self.pick(tables)
        name = table.name
        form = self.random.randrange(24)
        if form < 7:
            return self.select(table)
        if form < 12:
            return f"UPDATE {name} SET {self.change(table)} WHERE {self.condition(table)}"
        if form < 15:
            return f"DELETE FROM {name} WHERE {self.condition(table)}"
        if form < 19:
            return f"INSERT INTO {name} VALUES {', '.join(self.row(table) for _ in range(1 + self.chance(0.2)))}"
        if form == 19:
            return f"REPLACE INTO {name} VALUES {self.row(table)}"
        if form == 20:
            return f"INSERT INTO {name} VALUES {self.row(table)} ON DUPLICATE KEY UPDATE {self.pick(['w = w + 1', 'v = 35', 'u = 355'])}"
        if form == 21:
            return f"INSERT IGNORE INTO {name} VALUES {self.row(table)}"
        if form == 22 and table.primary:
            other = self.pick(tables)
            return (f"INSERT INTO {name} (id, g, u, v, w) SELECT id + 5, g, NULL, NULL, w FROM {other.name} "
                    f"WHERE {self.condition(other)}")
        return f"UPDATE {name} SET w = w + 1"

    def body(self, name, tables):
        body = [self.statement(tables) for _ in range(self.random.randrange(2, 5))]
        if self.chance(0.15):
            return body                                   # each statement a transaction of its own
        if self.chance(0.12) and len(body) > 2:
            body[1:1] = ["SAVEPOINT s"]
            body.append("ROLLBACK TO s")
        return ["BEGIN"] + body + [self.pick(["COMMIT", "COMMIT", "COMMIT", "ROLLBACK"])]

    # --- stories

    def story(self, name):
        first, schema = self.table("t")
        tables = [first]
        kind = self.random.randrange(10)
        if kind < 2 and first.primary == ["id"]:
            child, more = self.child("c", first)
            tables.append(child)
            schema += more
        elif kind == 2:
            second, more = self.table("s")
            tables.append(second)
            schema += more
        level = self.pick(LEVELS)
        sessions, left = {}, []
        for session in "abcd"[:self.pick([2, 2, 2, 3, 3, 4])]:
            body = self.body(session, tables)
            sessions[session] = {"steps": [{f"{session}{number}": sql} for number, sql in enumerate(body, 1)]}
            if self.chance(0.1):
                sessions[session] = {"isolation": self.pick(LEVELS), **sessions[session]}
            left += [session] * len(body)
        self.random.shuffle(left)
        if self.chance(0.2):      # an old reader, so that what is deleted stays, delete-marked
            sessions["z"] = {"isolation": "repeatable read", "steps": [{"z1": "START TRANSACTION WITH CONSISTENT SNAPSHOT"}]}
            left.insert(0, "z")
        done, order = dict.fromkeys(sessions, 0), []
        for session in left:
            done[session] += 1
            order.append(f"{session}{done[session]}")
        return {"name": name, "schema": ";\n".join(schema) + ";\n", "sessions": sessions, "orders": [order]}, level


def story(seed, number):
    """Story `number` of a seed and its isolation level."""
    return Maker(f"{seed}.{number}").story(f"x{seed}_{number:05}")
