#!/usr/bin/python3
"""Plays story workloads lock-step on a real server and writes what happened as golden files.

    capture.py [--engine mysql|mariadb|postgres] [--isolation rr|rc|ru|ser] [--repeat 3] [--out DIR] STORY.yaml...
    capture.py --print STORY.yaml        the golden to standard output, no file
    capture.py --check STORY.yaml...     plays again and writes nothing: does the server still do what the golden says?
    capture.py --server DIR ...          use a server that `server start` left running, instead of a fresh one

Which levels and engines a story is captured for stands in its comments: `# capture: rr rc ser ru as-written` (default
rr rc) and `# engines: mysql mariadb postgres` (default mysql mariadb). tests/fidelity/README.md has the shape of the JSON.

A step is launched in its session's own thread; then we look until every step in flight has ended or is seen twice, in
the same state, waiting for a lock in the server's own words. No sleep decides anything: a sleep only spaces the looks.
"""
import argparse
import contextlib
import datetime
import decimal
import json
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import servers

LEVELS = {"rr": "REPEATABLE READ", "rc": "READ COMMITTED", "ru": "READ UNCOMMITTED", "ser": "SERIALIZABLE"}
LOOK_APART = 0.015       # seconds between two looks at who waits
CYCLE_PATIENCE = 2.5     # a visible cycle gets this long to be resolved by the server before it counts as undetected
STEP_PATIENCE = 20       # a step that neither ends nor is seen waiting for this long is a failure of the capture
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "WITH")


# ---- stories -------------------------------------------------------------------------------------------------------

def statements(text):
    """Splits a script at the semicolons that are outside quotes and comments."""
    pattern = r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--[^\n]*|\#[^\n]*|/\*.*?\*/|;|[^'"`;#/-]+|."""
    parts, current = [], ""
    for token in re.findall(pattern, text, re.S | re.X):
        if token == ";":
            parts.append(current)
            current = ""
        elif not token.startswith(("--", "#", "/*")):
            current += token
    return [part.strip() for part in parts + [current] if part.strip()]


class Story:
    def __init__(self, document, comment=""):
        self.document = document
        self.name = document["name"]
        self.sessions = document["sessions"]
        self.steps, self.owner = {}, {}
        for session, body in self.sessions.items():
            for step in body["steps"]:
                (name, sql), = step.items()
                if name in self.steps:
                    raise ValueError(f"step {name} stands twice")
                self.steps[name], self.owner[name] = sql, session
        self.orders = document.get("orders") or [list(self.steps)]
        for order in self.orders:
            unknown = [step for step in order if step not in self.steps]
            if unknown:
                raise ValueError(f"order with unknown steps {unknown}")
        self.levels = self.marker(comment, "capture", ["rr", "rc"])
        self.engines = self.marker(comment, "engines", ["mysql", "mariadb"])

    @staticmethod
    def marker(comment, word, default):
        found = re.search(rf"^# {word}: (.*)$", comment, re.M)
        return found.group(1).split() if found else default

    @classmethod
    def load(cls, path):
        import yaml
        with open(path) as file:
            text = file.read()
        return cls(yaml.safe_load(text), text)

    def schema(self, dialect):
        schema = self.document["schema"]
        return statements(schema[dialect] if isinstance(schema, dict) else schema)


# ---- one session: one connection, one thread ---------------------------------------------------------------------

class Session(threading.Thread):
    """Runs one statement at a time; `step` is the step in flight, `result` what came of the last one."""

    def __init__(self, name, connection, bell):
        super().__init__(daemon=True)
        self.name, self.connection, self.bell = name, connection, bell
        self.step = self.sql = self.result = None
        self.closing = self.has_view = False
        self.start()

    def launch(self, step, sql):
        with self.bell:
            self.step, self.sql, self.result = step, sql, None
            self.bell.notify_all()

    def run(self):
        while True:
            with self.bell:
                self.bell.wait_for(lambda: self.closing or self.sql is not None)
                if self.closing:
                    return
                sql = self.sql
            try:
                cursor = self.connection.cursor()
                cursor.execute(sql)
                result = (cursor.description and list(cursor.fetchall()), cursor.rowcount, None)
            except Exception as problem:  # an outcome of the step; the engine says which
                result = (None, 0, problem)
            with self.bell:
                self.sql, self.result = None, result
                self.bell.notify_all()


# ---- the engines' words ------------------------------------------------------------------------------------------

def dictionary(cursor, sql, *arguments):
    cursor.execute(sql, arguments or None)
    return cursor.fetchall()


class MySQL:
    name, dialect = "mysql", "mysql"
    settings = {"innodb_lock_wait_timeout": 50, "innodb_deadlock_detect": "ON", "innodb_stats_auto_recalc": "OFF",
                "innodb_purge_threads": 1, "innodb_purge_rseg_truncate_frequency": 1, "max_connections": 60}
    deadlocks = (1213, 3058)
    failures = ()

    def __init__(self, server):
        import pymysql
        self.pymysql, self.server = pymysql, server
        self.version = f"{server['kind']} {server['version']}"
        self.control = self.connect()
        self.cursor = self.control.cursor()
        self.purged = None      # the state in which purge was last seen to have nothing to do though the list is not empty
        for sql in ("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET SESSION lock_wait_timeout = 1",
                    "CREATE DATABASE IF NOT EXISTS gl_tick",
                    "CREATE TABLE IF NOT EXISTS gl_tick.tick (id INT PRIMARY KEY, v INT)",
                    "INSERT IGNORE INTO gl_tick.tick VALUES (1, 1)"):
            self.cursor.execute(sql)

    def connect(self, database=None):
        return self.pymysql.connect(unix_socket=self.server["socket"], user="root", autocommit=True, database=database,
                                    charset="utf8mb4")

    def reset(self, schema):
        self.cursor.execute("DROP DATABASE IF EXISTS gl")
        self.cursor.execute("CREATE DATABASE gl")
        self.cursor.execute("USE gl")
        for sql in schema:
            self.cursor.execute(sql)
        tables = [row[0] for row in dictionary(self.cursor, "SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")]
        if tables:
            self.cursor.execute("ANALYZE TABLE " + ", ".join(f"`{table}`" for table in tables))
            self.cursor.fetchall()
        self.threads, self.connections = {}, {}
        self.settle_background()

    def open(self, name, level, bell):
        connection = self.connect("gl")
        cursor = connection.cursor()
        if level:
            cursor.execute(f"SET SESSION TRANSACTION ISOLATION LEVEL {level}")
        cursor.execute("SELECT CONNECTION_ID()")
        self.connections[name] = cursor.fetchone()[0]
        self.register(name)
        return Session(name, connection, bell)

    def register(self, name):
        (thread,), = dictionary(self.cursor, "SELECT THREAD_ID FROM performance_schema.threads WHERE PROCESSLIST_ID = %s",
                                self.connections[name])
        self.threads[thread] = name

    def owners(self, rows):
        """Transaction id -> session. A record lock's own THREAD_ID may be that of another session, which made an
        implicit lock explicit; a table lock is always requested by its owner, and every owner of row locks has one."""
        return {trx: self.threads[thread] for trx, thread, kind in rows if kind == "TABLE" and thread in self.threads}

    def waiting(self):
        """{session: blockers} of those whom the server sees waiting."""
        rows = dictionary(self.cursor, "SELECT ENGINE_TRANSACTION_ID, THREAD_ID, LOCK_TYPE FROM performance_schema.data_locks")
        owners, found = self.owners(rows), {}
        for request, blocker in dictionary(self.cursor, "SELECT REQUESTING_THREAD_ID, BLOCKING_ENGINE_TRANSACTION_ID "
                                           "FROM performance_schema.data_lock_waits"):
            if request in self.threads:
                found.setdefault(self.threads[request], set()).add(owners.get(blocker, "?"))
        for (thread,) in dictionary(self.cursor, "SELECT OWNER_THREAD_ID FROM performance_schema.metadata_locks "
                                    "WHERE LOCK_STATUS = 'PENDING'"):
            if thread in self.threads:
                found.setdefault(self.threads[thread], set()).add("metadata")
        for (thread,) in dictionary(self.cursor, "SELECT THREAD_ID FROM performance_schema.threads WHERE PROCESSLIST_STATE = "
                                    "'Waiting for table level lock'"):
            if thread in self.threads:
                found.setdefault(self.threads[thread], set()).add("table")
        return {name: frozenset(blockers) for name, blockers in found.items()}

    def ripe(self, found):
        return True

    def locks(self):
        rows = dictionary(self.cursor, "SELECT ENGINE_TRANSACTION_ID, THREAD_ID, LOCK_TYPE, OBJECT_NAME, INDEX_NAME, "
                          "LOCK_MODE, LOCK_STATUS, LOCK_DATA FROM performance_schema.data_locks WHERE OBJECT_SCHEMA = 'gl'")
        owners = self.owners([row[:3] for row in rows])
        return [{"session": owners.get(trx, "?"), "table": table, "index": index, "mode": mode, "status": status.lower(),
                 "data": data} for trx, _, _, table, index, mode, status, data in rows]

    def settle_background(self, views_may_have_closed=True):
        """Waits until purge has removed all that no open read view needs. An empty history list is the sign that it is
        done; else (read views are not shown) that it did nothing for a while after it was woken. A committed write wakes
        it, the end of a read view does not: so a little write of ours does."""
        deadline, since, last, woken = time.monotonic() + 6, 0, None, 0
        while time.monotonic() < deadline:
            text = dictionary(self.cursor, "SHOW ENGINE INNODB STATUS")[0][2]
            done, idle = re.search(r"Purge done for trx's n:o < (\d+) undo n:o < \d+ state: (running but idle)?", text).groups()
            history = int(re.search(r"History list length (\d+)", text).group(1))
            state, now = (history, done), time.monotonic()
            if idle and (history == 0 or (state == self.purged and not views_may_have_closed)):
                return
            if state != last:
                since, last = now, state
            if idle and now - woken > 0.5:
                if woken and now - since > 0.4:
                    self.purged = state
                    return
                self.cursor.execute("UPDATE gl_tick.tick SET v = v + 1")
                woken = time.monotonic()
            time.sleep(0.008)

    def access(self, sql):
        """What the optimizer chooses for a statement now: key and access type of each table it reads."""
        verb = sql.split(None, 1)[0].upper()
        if verb not in ("SELECT", "UPDATE", "DELETE") and not (verb in ("INSERT", "REPLACE") and re.search(r"\bSELECT\b", sql, re.I)):
            return None
        plain = re.sub(r"\s+(FOR\s+(UPDATE|SHARE)|LOCK\s+IN\s+SHARE\s+MODE)(\s+(NOWAIT|SKIP\s+LOCKED))?\s*$", "", sql, flags=re.I)
        try:
            self.cursor.execute("EXPLAIN FORMAT=TRADITIONAL " + plain)
        except self.pymysql.Error:
            with contextlib.suppress(self.pymysql.Error):
                self.cursor.execute("ROLLBACK")
            return None
        names = [column[0] for column in self.cursor.description]
        rows = [dict(zip(names, row)) for row in self.cursor.fetchall()]
        found = [{"table": row["table"], "type": row["type"], "key": row["key"], "extra": row["Extra"]} for row in rows if row["type"]]
        return found[0] if len(found) == 1 else found

    def translate(self, sql):
        return sql

    def outcome(self, problem):
        code = problem.args[0] if problem.args else 0
        if code in self.deadlocks:
            return ["deadlock"]
        if code == 1205:
            return ["lock timeout"]
        if code in self.failures:
            return ["serialization failure"]
        return ["error", {"code": code, "message": str(problem.args[1]) if len(problem.args) > 1 else str(problem)}]

    def deadlock(self):
        """The stable facts of the latest detected deadlock: its parties in the server's order and the victim."""
        text = dictionary(self.cursor, "SHOW ENGINE INNODB STATUS")[0][2]
        section = re.search(r"LATEST DETECTED DEADLOCK\n-+\n(.*?\*\*\* WE ROLL BACK TRANSACTION \((\d+)\))", text, re.S)
        if not section:
            return None
        names = {connection: name for name, connection in self.connections.items()}
        parties = []
        for part in re.split(r"\n\*\*\* \(\d+\) TRANSACTION:\n", section.group(1))[1:]:
            thread = re.search(r"(?:MySQL|MariaDB) thread id (\d+)", part)
            if not thread or int(thread.group(1)) not in names:
                return None
            party = {"session": names[int(thread.group(1))]}
            wait = re.search(r"WAITING FOR THIS LOCK TO BE GRANTED:\n(?:RECORD LOCKS .*? index `?(.*?)`? of table `gl`\.`(.*?)` "
                             r"trx id \d+ (.*?) waiting|TABLE LOCK table `gl`\.`(.*?)` trx id \d+ (.*?) waiting)", part)
            if wait:
                party["waits_for"] = {"table": wait.group(2) or wait.group(4), "index": wait.group(1),
                                      "mode": wait.group(3) or wait.group(5)}
            parties.append(party)
        return {"parties": parties, "victim": parties[int(section.group(2)) - 1]["session"]}

    def close(self, sessions):
        for session in sessions.values():
            if session.sql is not None:
                with contextlib.suppress(self.pymysql.Error):
                    self.cursor.execute(f"KILL {self.connections[session.name]}")
        finish(sessions)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and dictionary(self.cursor, "SELECT 1 FROM performance_schema.threads WHERE PROCESSLIST_ID IN ("
                         + ", ".join(str(number) for number in self.connections.values()) + ")"):
            time.sleep(0.005)


class MariaDB(MySQL):
    """innodb_trx is refreshed only when it was not read for 0.1 s: looks are spaced by more than that. Locks are read
    from SHOW ENGINE INNODB STATUS."""
    name = "mariadb"
    settings = {"innodb_lock_wait_timeout": 50, "innodb_deadlock_detect": "ON", "innodb_stats_auto_recalc": "OFF",
                "innodb_purge_threads": 1, "innodb_purge_rseg_truncate_frequency": 1, "max_connections": 60,
                "innodb_status_output_locks": "ON", "plugin-load-add": "metadata_lock_info"}
    failures = (1020,)

    def reset(self, schema):
        self.columns = {}
        super().reset(schema)

    def translate(self, sql):
        """MariaDB 10.11 does not know FOR SHARE."""
        return re.sub(r"\bFOR SHARE\b", "LOCK IN SHARE MODE", sql)

    def register(self, name):
        pass

    def waiting(self):
        time.sleep(0.11)
        names = {connection: name for name, connection in self.connections.items()}
        found = {}
        for request, blocker in dictionary(self.cursor, "SELECT r.trx_mysql_thread_id, b.trx_mysql_thread_id "
                "FROM information_schema.innodb_lock_waits w JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id "
                "JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id"):
            found.setdefault(names.get(request, "?"), set()).add(names.get(blocker, "?"))
        for (number,) in dictionary(self.cursor, "SELECT ID FROM information_schema.processlist WHERE STATE LIKE 'Waiting for %lock' "
                                    "OR STATE = 'User lock'"):
            found.setdefault(names.get(number, "?"), set()).add("metadata")
        return {name: frozenset(blockers) for name, blockers in found.items()}

    def locks(self):
        """There is no data_locks: with innodb_status_output_locks the status lists each transaction's locks, ten structs
        of one at most. A transaction that has more is told as `truncated`."""
        text = dictionary(self.cursor, "SHOW ENGINE INNODB STATUS")[0][2]
        names = {connection: name for name, connection in self.connections.items()}
        found = []
        for part in re.split(r"\n---TRANSACTION ", text)[1:]:
            thread = re.search(r"^MariaDB thread id (\d+)", part, re.M)
            if thread and int(thread.group(1)) in names:
                found += StatusLocks(self, names[int(thread.group(1))], part).found
        return found

    def index_columns(self, table, index):
        """The columns that an index's records begin with, up to the end of the clustered key, and their types."""
        known = self.columns.get((table, index))
        if known is None:
            def columns(name):
                return [row[0] for row in dictionary(self.cursor, "SELECT column_name FROM information_schema.statistics WHERE "
                        "table_schema = 'gl' AND table_name = %s AND index_name = %s ORDER BY seq_in_index", table, name)]
            keys = [row[0] for row in dictionary(self.cursor, "SELECT DISTINCT index_name FROM information_schema.statistics s "
                    "WHERE table_schema = 'gl' AND table_name = %s AND non_unique = 0 AND NOT EXISTS (SELECT 1 FROM "
                    "information_schema.statistics n WHERE n.table_schema = 'gl' AND n.table_name = %s AND "
                    "n.index_name = s.index_name AND n.nullable = 'YES')", table, table)]
            clustered = columns("PRIMARY") if "PRIMARY" in keys else columns(keys[0]) if keys else ["DB_ROW_ID"]
            own = clustered if index in ("PRIMARY", "GEN_CLUST_INDEX") else columns(index)
            own = own + [column for column in clustered if column not in own]
            types = dict(dictionary(self.cursor, "SELECT column_name, column_type FROM information_schema.columns WHERE "
                                    "table_schema = 'gl' AND table_name = %s", table))
            known = self.columns[(table, index)] = [(column, types.get(column, "")) for column in own]
        return known

    def settle_background(self, views_may_have_closed=True):
        deadline, last, same = time.monotonic() + 3, None, 0
        while time.monotonic() < deadline:
            text = dictionary(self.cursor, "SHOW ENGINE INNODB STATUS")[0][2]
            history = int(re.search(r"History list length (\d+)", text).group(1))
            done = re.search(r"Purge done for trx's n:o < (\d+)", text).group(1)
            same = same + 1 if (history, done) == last else 0
            last = (history, done)
            if history == 0 or same >= 12:
                return
            time.sleep(0.01)

    def close(self, sessions):
        for session in sessions.values():
            if session.sql is not None:
                with contextlib.suppress(self.pymysql.Error):
                    self.cursor.execute(f"KILL {self.connections[session.name]}")
        finish(sessions)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and dictionary(self.cursor, "SELECT 1 FROM information_schema.processlist WHERE ID IN ("
                         + ", ".join(str(number) for number in self.connections.values()) + ")"):
            time.sleep(0.005)


def decoded(raw):
    """Text of a column whose character set is not asked for: UTF-8, else MariaDB's default."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


class StatusLocks:
    """The locks of one transaction, as lock_trx_print_locks prints them, in the words of performance_schema.data_locks."""

    def __init__(self, engine, session, text):
        self.engine, self.session, self.found = engine, session, []
        # a waiting request is printed twice: above the list as what the transaction waits for, and in the list
        text = re.sub(r"^------- TRX HAS BEEN WAITING.*?^------------------\n", "", text, flags=re.M | re.S)
        for table, mode, waits in re.findall(r"^TABLE LOCK table `gl`\.`(.*?)` trx id \d+ lock mode (\S+)( waiting)?$", text, re.M):
            self.add(table, None, mode, waits, None)
        for head, body in re.findall(r"^RECORD LOCKS (.*)\n((?:Record lock, heap.*\n(?: \d+: .*\n|\n)*)*)", text, re.M):
            index, table, mode, waits = re.match(r".*? index (\S+) of table `gl`\.`(.*?)` trx id \d+ (.*?)( waiting)?$", head).groups()
            for number, record in re.findall(r"^Record lock, heap no (\d+) (.*\n(?: \d+: .*\n)*)", body, re.M):
                self.add_record(table, index.strip("`"), mode, waits, int(number), record)
        if "SUPPRESSING FURTHER PRINTS" in text:
            self.add(None, None, "truncated", None, None)

    def add(self, table, index, mode, waits, data):
        self.found.append({"session": self.session, "table": table, "index": index, "mode": mode.replace("AUTO-INC", "AUTO_INC"),
                           "status": "waiting" if waits else "granted", "data": data})

    def add_record(self, table, index, words, waits, number, record):
        mode = "X" if "lock_mode X" in words else "S"
        supremum = number == 1
        mode += ",GAP" if "gap before rec" in words and not supremum else ""
        mode += ",REC_NOT_GAP" if "rec but not gap" in words and not supremum else ""
        mode += ",INSERT_INTENTION" if "insert intention" in words else ""
        columns = self.engine.index_columns(table, index)
        fields = re.findall(r"^ \d+: (SQL NULL|len (\d+); hex ([0-9a-f]*);)", record, re.M)
        data = "supremum pseudo-record" if supremum else ", ".join(
            self.value(kind, None if field[0].startswith("SQL") else bytes.fromhex(field[2])) for (_, kind), field in zip(columns, fields))
        self.add(table, index, mode, waits, data)

    @staticmethod
    def value(kind, raw):
        if raw is None:
            return "NULL"
        if "int" in kind:
            number = int.from_bytes(raw, "big")
            return str(number if "unsigned" in kind else number - (1 << (8 * len(raw) - 1)))
        if kind == "date":
            return str(int.from_bytes(raw, "big") - 0x800000)
        if kind.startswith(("varchar", "char")):
            return "'" + decoded(raw).rstrip(" " if kind.startswith("char") else "").replace("'", "''") + "'"
        return "0x" + raw.hex().upper()


class Postgres:
    name, dialect = "postgres", "postgres"
    deadlock_timeout = 0.02
    settings = {"deadlock_timeout": "20ms", "lock_timeout": "0", "autovacuum": "off", "max_connections": "60"}

    def __init__(self, server):
        import psycopg2
        self.psycopg2, self.server = psycopg2, server
        self.version = f"{server['kind']} {server['version']}"
        self.control = self.connect()
        self.cursor = self.control.cursor()

    def connect(self):
        connection = self.psycopg2.connect(host="127.0.0.1", port=self.server["port"], user="postgres", dbname="postgres",
                                           options="-c search_path=gl -c client_min_messages=error")
        connection.autocommit = True
        return connection

    def reset(self, schema):
        self.cursor.execute("DROP SCHEMA IF EXISTS gl CASCADE")
        self.cursor.execute("CREATE SCHEMA gl")
        for sql in schema:
            self.cursor.execute(sql)
        self.cursor.execute("ANALYZE")
        self.pids = {}

    def open(self, name, level, bell):
        connection = self.connect()
        cursor = connection.cursor()
        if level:
            cursor.execute(f"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {level}")
        self.pids[connection.get_backend_pid()] = name
        return Session(name, connection, bell)

    def waiting(self):
        found = {}
        for pid, blockers in dictionary(self.cursor, "SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity "
                                        "WHERE pid = ANY(%s) AND wait_event_type = 'Lock'", list(self.pids)):
            if blockers:
                found[self.pids[pid]] = frozenset(self.pids.get(blocker, "?") for blocker in blockers)
        return found

    def ripe(self, found):
        """Every waiter's one deadlock check is behind it, so that always the last one to wait is the victim."""
        young = dictionary(self.cursor, "SELECT 1 FROM pg_locks WHERE NOT granted AND "
                           "coalesce(clock_timestamp() - waitstart, '0') < %s * interval '1 second'", 3 * self.deadlock_timeout)
        return not young

    def locks(self):
        rows = dictionary(self.cursor, "SELECT l.pid, l.locktype, t.relname, t.relkind, i.relname, l.mode, l.granted, "
            "l.page, l.tuple, l.transactionid::text, l.classid, l.objid, l.objsubid FROM pg_locks l "
            "LEFT JOIN pg_class c ON c.oid = l.relation LEFT JOIN pg_index x ON x.indexrelid = c.oid "
            "LEFT JOIN pg_class t ON t.oid = coalesce(x.indrelid, c.oid) LEFT JOIN pg_class i ON i.oid = x.indexrelid "
            "WHERE l.pid = ANY(%s) AND l.locktype <> 'virtualxid' AND (t.oid IS NULL OR t.relnamespace = 'gl'::regnamespace)",
            list(self.pids))
        xids = {row[9]: self.pids[row[0]] for row in rows if row[1] == "transactionid" and row[6] and row[5] == "ExclusiveLock"}
        found = []
        for pid, kind, table, _, index, mode, granted, page, row, xid, group, number, sub in rows:
            data = {"tuple": f"tuple ({page},{row})", "transactionid": f"transactionid of {xids.get(xid, '?')}",
                    "advisory": f"advisory {group},{number},{sub}"}.get(kind)
            found.append({"session": self.pids[pid], "table": table, "index": index, "mode": mode,
                          "status": "granted" if granted else "waiting", "data": data})
        return found

    def settle_background(self, views_may_have_closed=True):
        pass

    def access(self, sql):
        return None

    def translate(self, sql):
        return sql

    def outcome(self, problem):
        code, message = problem.pgcode, (problem.diag.message_primary or str(problem)).strip()
        if code == "40P01":
            return ["deadlock"]
        if code == "40001":
            return ["serialization failure"]
        if code == "55P03" and "lock timeout" in message:
            return ["lock timeout"]
        return ["error", {"code": code, "message": message}]

    def deadlock(self):
        return None

    def close(self, sessions):
        names = {name: pid for pid, name in self.pids.items()}
        for session in sessions.values():
            if session.sql is not None:
                self.cursor.execute("SELECT pg_terminate_backend(%s)", [names[session.name]])
        finish(sessions)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and dictionary(self.cursor, "SELECT 1 FROM pg_stat_activity WHERE pid = ANY(%s)", list(self.pids)):
            time.sleep(0.005)


ENGINES = {"mysql": MySQL, "mariadb": MariaDB, "postgres": Postgres}


def finish(sessions):
    """Lets every session's thread end and closes its connection."""
    for session in sessions.values():
        with session.bell:
            session.bell.wait_for(lambda: session.sql is None, timeout=20)
            session.closing = True
            session.bell.notify_all()
    for session in sessions.values():
        session.join(20)
        with contextlib.suppress(Exception):
            session.connection.close()


# ---- playing -----------------------------------------------------------------------------------------------------

def cyclic(waits):
    """Whether a waits-for graph {name: names} has a cycle."""
    def reaches(start, name, seen):
        for blocker in waits.get(name, ()):
            if blocker == start or (blocker not in seen and reaches(start, blocker, seen | {blocker})):
                return True
        return False
    return any(reaches(name, name, {name}) for name in waits)


def plain(value):
    if value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, decimal.Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "backslashreplace")
    if isinstance(value, (datetime.date, datetime.datetime, datetime.timedelta)):
        return str(value)
    return float(value) if isinstance(value, float) else str(value)


class Player:
    def __init__(self, engine, story, level, after_step=None):
        self.engine, self.story, self.level = engine, story, level
        self.after_step = after_step or (lambda golden: None)
        self.tolerated = None       # a cycle that the server was given time to resolve, and did not

    def settle(self):
        """Until no session can go on: each is idle, or seen twice, in the same state, waiting."""
        started, cycle_since, last = time.monotonic(), None, None
        while True:
            with self.bell:
                busy = [session.name for session in self.sessions.values() if session.sql is not None]
                if not busy:
                    return
                if last is None:
                    self.bell.wait(LOOK_APART / 3)
                else:
                    self.bell.wait(LOOK_APART)
                busy = [session.name for session in self.sessions.values() if session.sql is not None]
            if not busy:
                return
            found = self.engine.waiting()
            found = {name: found[name] for name in busy if name in found}
            with self.bell:
                still = [session.name for session in self.sessions.values() if session.sql is not None]
            if still != busy or len(found) != len(busy) or found != last or not self.engine.ripe(found):
                if time.monotonic() - started > STEP_PATIENCE:
                    raise RuntimeError(f"{self.story.name}: a step neither ends nor waits: {busy} {found}")
                if last is not None and found != last:
                    cycle_since = None
                last = found if still == busy and len(found) == len(busy) else None
                continue
            if cyclic(found) and found != self.tolerated:
                cycle_since = cycle_since or time.monotonic()
                if time.monotonic() - cycle_since < CYCLE_PATIENCE:
                    continue
                self.tolerated = found
            return

    def quiet(self, step):
        """Settled, purge included: purge may wake a waiter, so look again after it."""
        others = [session for session in self.sessions.values() if session.sql is not None and session.step != step]
        sql, owner = self.story.steps[step], self.sessions[self.story.owner[step]]
        ends_view = owner.has_view and not sql.upper().startswith(WRITES + ("SELECT", "SAVEPOINT", "ROLLBACK TO"))
        owner.has_view = bool(re.search(r"CONSISTENT SNAPSHOT|SELECT(?!.*(FOR UPDATE|FOR SHARE|IN SHARE MODE))", sql, re.I | re.S)) \
            or (owner.has_view and not ends_view)
        while True:
            self.settle()
            before = [session.sql is None for session in self.sessions.values()]
            went_on = any(session.sql is None for session in others)
            failed = any(one.sql is None and one.result[2] and one.has_view for one in [owner] + others)
            self.engine.settle_background(went_on or ends_view or failed)
            self.settle()
            if before == [session.sql is None for session in self.sessions.values()]:
                return

    def play(self, order):
        engine, story = self.engine, self.story
        engine.reset(story.schema(engine.dialect))
        self.bell = threading.Condition()
        self.sessions = {name: engine.open(name, body.get("isolation") or LEVELS.get(self.level), self.bell)
                         for name, body in story.sessions.items()}
        golden = {"order": order, "events": [], "results": [], "deadlocks": [], "access": {}, "locks": []}
        waiting = []
        try:
            for step in order:
                session = self.sessions[story.owner[step]]
                if session.sql is not None:
                    golden["events"].append([step, "skipped"])
                    continue
                sql = engine.translate(story.steps[step])
                access = engine.access(sql)
                if access:
                    golden["access"][step] = access
                session.launch(step, sql)
                self.quiet(step)
                victims = 0
                if session.sql is not None:
                    golden["events"].append([step, "waits"])
                for name in [step] + waiting:
                    one = self.sessions[story.owner[name]]
                    if one.sql is None:
                        victims += self.ended(golden, name, one.result)
                if victims:
                    found = engine.deadlock()
                    if found:
                        for party in found["parties"]:
                            party["step"] = next((name for name in [step] + waiting if story.owner[name] == party["session"]), None)
                        golden["deadlocks"].append({"after": step, **found})
                waiting = [name for name in waiting if self.sessions[story.owner[name]].sql is not None]
                if session.sql is not None:
                    waiting.append(step)
                locks = engine.locks()
                if locks is not None:
                    locks.sort(key=lambda lock: json.dumps([lock[key] or "" for key in ("session", "table", "index", "data", "mode", "status")]))
                    golden["locks"].append({"after": step, "locks": locks})
                self.after_step(golden)
        finally:
            engine.close(self.sessions)
        return {key: value for key, value in golden.items() if value or key in ("order", "events")}

    def ended(self, golden, step, result):
        rows, affected, problem = result
        if problem is not None:
            outcome = self.engine.outcome(problem)
            golden["events"].append([step] + outcome)
            return outcome[0] == "deadlock"
        golden["events"].append([step, "done"])
        if rows is not None:
            golden["results"].append({"step": step, "rows": [[plain(value) for value in row] for row in rows]})
        elif self.story.steps[step].split(None, 1)[0].upper() in WRITES:
            golden["results"].append({"step": step, "affected": affected})
        return False


def racy(run):
    """Whether one step set two waiting steps free at once: their sessions then go on in parallel."""
    freed = 0
    started = set()
    for step, outcome, *_ in run["events"]:
        freed = freed + 1 if step in started else 0
        started.add(step)
        if freed >= 2:
            return True
    return False


def variants(engine, story, level, order, repeat):
    """All that an order was seen to come to, in a fixed order. What varied once, or could, is played four times as often."""
    seen, plays, wanted = {}, 0, repeat
    while plays < wanted:
        run = Player(engine, story, level).play(order)
        if seen and json.dumps(run) not in seen or racy(run):
            wanted = 4 * repeat
        seen.setdefault(json.dumps(run), run)
        plays += 1
    return [seen[key] for key in sorted(seen)]


def capture(engine, story, level, repeat):
    """The golden of a story at a level. An order that does not always come out the same carries "variants"."""
    golden = {"story": story.name, "engine": engine.version, "isolation": LEVELS.get(level, "as written").lower(), "orders": []}
    for order in story.orders:
        first, *others = variants(engine, story, level, order, repeat)
        golden["orders"].append({**first, "variants": others} if others else first)
    return golden


def merge(golden, other):
    """Adds what another capture of the same story saw: the union of the variants of each order."""
    for number, (order, more) in enumerate(zip(golden["orders"], other["orders"])):
        seen = {}
        for run in (order, *order.get("variants", []), more, *more.get("variants", [])):
            bare = {key: value for key, value in run.items() if key != "variants"}
            seen.setdefault(json.dumps(bare), bare)
        first, *others = [seen[key] for key in sorted(seen)]
        golden["orders"][number] = {**first, "variants": others} if others else first


OBSERVED = ("events", "results", "locks")


def differences(golden, now):
    """Where what the server does now is none of what the golden knows, a line each."""
    for number, (known, played) in enumerate(zip(golden["orders"], now["orders"]), 1):
        tellings = [known] + known.get("variants", [])
        for one in [played] + played.get("variants", []):
            if any(all(one.get(what) == telling.get(what, known.get(what)) for what in OBSERVED) for telling in tellings):
                continue
            wrong = next(what for what in OBSERVED if one.get(what) != known.get(what))
            yield f"order {number}: {wrong}\n  golden: {json.dumps(known.get(wrong))}\n  now:    {json.dumps(one.get(wrong))}"


def text(value, indent=0):
    """JSON, stable and readable: what fits on a line stands on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= 160 or not isinstance(value, (dict, list)):
        return flat
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        body = [f"{pad}{json.dumps(key)}: {text(item, indent + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(body) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(pad + text(item, indent + 1) for item in value) + "\n" + " " * indent + "]"


def folder(server):
    digits = server["version"].split(".")
    return server["kind"] + (digits[0] if server["kind"] == "postgres" else "".join(digits[:2]))


@contextlib.contextmanager
def a_server(kind, directory=None):
    if directory:
        with open(os.path.join(directory, servers.STATE)) as state:
            yield json.load(state)
    else:
        with servers.running(kind, ENGINES[kind].settings) as server:
            yield server


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=sorted(ENGINES), default="mysql")
    parser.add_argument("--isolation", choices=sorted(LEVELS) + ["as-written"], action="append")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--out", help="default: tests/fidelity/<engine and version>")
    parser.add_argument("--print", action="store_true")
    parser.add_argument("--check", action="store_true", help="compare with the goldens instead of writing them")
    parser.add_argument("--missing", action="store_true", help="only stories that have no golden yet, or an older one")
    parser.add_argument("--merge", action="store_true", help="keep the variants that the golden already has")
    parser.add_argument("--server", metavar="DIR")
    parser.add_argument("story", nargs="+")
    options = parser.parse_args()
    bad = checked = 0
    try:
        with a_server(options.engine, options.server) as server:
            engine = ENGINES[options.engine](server)
            out = options.out or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fidelity", folder(server))
            for path in options.story:
                try:
                    story = Story.load(path)
                except Exception as problem:
                    print(f"{path}: {problem}", file=sys.stderr)
                    bad += 1
                    continue
                if options.engine not in story.engines and not options.print:
                    continue
                for level in options.isolation or story.levels:
                    stem = os.path.splitext(os.path.basename(path))[0]
                    target = os.path.join(out, f"{stem}.{level}.json")
                    if options.missing and os.path.exists(target) and os.path.getmtime(target) > os.path.getmtime(path):
                        continue
                    if options.check and not os.path.exists(target):
                        print(f"{stem}.{level}: skipped, no golden of {folder(server)}", flush=True)
                        continue
                    checked += 1
                    started = time.monotonic()
                    try:
                        golden = capture(engine, story, level, options.repeat)
                    except Exception as problem:
                        print(f"{stem}.{level}: {type(problem).__name__}: {problem}", file=sys.stderr, flush=True)
                        bad += 1
                        engine = ENGINES[options.engine](server)
                        continue
                    if options.check:
                        with open(target) as file:
                            found = list(differences(json.load(file), golden))
                        bad += bool(found)
                        print(f"{stem}.{level}: {'differs' if found else 'as the golden says'}", *found, sep="\n", flush=True)
                        continue
                    if options.print:
                        print(text(golden))
                    else:
                        if options.merge and os.path.exists(target):
                            with open(target) as file:
                                merge(golden, json.load(file))
                        os.makedirs(out, exist_ok=True)
                        with open(target, "w") as file:
                            file.write(text(golden) + "\n")
                    mark = "".join(f"  order {number}: {1 + len(order['variants'])} variants"
                                   for number, order in enumerate(golden["orders"], 1) if "variants" in order)
                    print(f"{stem}.{level}  {time.monotonic() - started:.1f}s{mark}", file=sys.stderr, flush=True)
    except servers.Unavailable as problem:
        print(f"skipped: {problem}", file=sys.stderr)
        return 77
    if options.check and not checked:
        print("skipped: none of these stories has a golden of this server's version", file=sys.stderr)
        return 77
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
