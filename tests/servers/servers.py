"""Throw-away database servers on loopback: MySQL 9.7, MariaDB, PostgreSQL.

Each server gets a fresh data directory in a temporary directory and a free port, and is ready in seconds.

    from servers import running
    with running("mysql", {"innodb_print_all_deadlocks": "ON"}) as server:
        server["port"], server["socket"], ...

`servers.Unavailable` is raised where a server cannot be had; the command line (`server`) turns it into exit code 77.
Only processes started here are ever signalled: a server is known by its process id and its start time.
"""
import contextlib
import glob
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

STATE = "gridlock-server.json"
READY_SECONDS = 90


class Unavailable(Exception):
    """This server cannot be had on this machine; the text says what to do."""


def mysql_tree():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.environ.get("GRIDLOCK_MYSQL_TREE") or os.path.join(cache, "gridlock", "mysql-sid")


def fetch_mysql():
    """Extracts Debian unstable's mysql-server-core into the cache (it is never installed)."""
    tree = mysql_tree()
    if os.path.exists(os.path.join(tree, "usr/sbin/mysqld")):
        return tree
    if not shutil.which("mmdebstrap"):
        raise Unavailable("mmdebstrap is missing: install the Debian package mmdebstrap, then run `server fetch mysql`")
    os.makedirs(os.path.dirname(tree), exist_ok=True)
    if os.path.isdir(tree) and os.listdir(tree):
        raise Unavailable(f"{tree} exists but holds no usr/sbin/mysqld (an interrupted fetch?): remove it and try again")
    command = ["mmdebstrap", "--variant=extract", '--aptopt=Acquire::Check-Valid-Until "false"',
               "--include=mysql-server-core", "sid", tree]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise Unavailable("mmdebstrap failed:\n" + done.stderr[-2000:])
    return tree


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unprivileged(*names):
    """The account to run a server as when we are root (it refuses root); None when we are not."""
    if os.geteuid() != 0:
        return None
    for name in names:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Unavailable("no unprivileged account among " + ", ".join(names))


def as_user(account):
    """subprocess arguments that drop to `account`."""
    return {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def program(name, *folders):
    for folder in folders:
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK):
            return path
    found = shutil.which(name)
    if not found:
        raise Unavailable(f"{name} is not installed")
    return found


def check(command, what, **arguments):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", **arguments)
    if done.returncode:
        raise RuntimeError(f"{what} failed:\n{done.stdout[-3000:]}")


def options(settings):
    return [f"--{key.replace('_', '-')}={value}" for key, value in (settings or {}).items()]


# One function per server: makes the data directory below `home` and returns (command, account, connection data).

def prepare_mysql(home, settings):
    tree = mysql_tree()
    mysqld = os.path.join(tree, "usr/sbin/mysqld")
    if not os.path.exists(mysqld):
        raise Unavailable(f"no MySQL 9.7 in {tree}: run `tests/servers/server fetch mysql` (Debian with mmdebstrap), "
                          "or let GRIDLOCK_MYSQL_TREE name an extracted mysql-server-core")
    library = os.path.join(tree, "usr/lib/x86_64-linux-gnu")
    base = [os.path.join(library, "ld-linux-x86-64.so.2"), "--library-path",
            library + ":" + os.path.join(library, "private"), mysqld, "--no-defaults",
            f"--basedir={tree}/usr", f"--plugin-dir={tree}/usr/lib/mysql/plugin",
            f"--lc-messages-dir={tree}/usr/share/mysql", f"--character-sets-dir={tree}/usr/share/mysql/charsets",
            f"--datadir={home}/data", "--secure-file-priv=NULL"]
    if os.geteuid() == 0:
        base.append("--user=root")
    light = ["--innodb-buffer-pool-size=64M", "--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=0",
             "--innodb-doublewrite=OFF"]
    check(base + light + ["--initialize-insecure", f"--log-error={home}/initialize.log"], "mysqld --initialize-insecure")
    port, xport = free_port(), free_port()
    data = {"port": port, "x_port": xport, "socket": f"{home}/s.sock", "x_socket": f"{home}/x.sock",
            "user": "root", "password": "", "database": "test", "log": f"{home}/error.log",
            "url": f"mysql://root@127.0.0.1:{port}/test", "x_url": f"mysqlx://root@127.0.0.1:{xport}/test"}
    command = base + light + [
        "--bind-address=127.0.0.1", f"--port={port}", f"--socket={data['socket']}",
        "--mysqlx-bind-address=127.0.0.1", f"--mysqlx-port={xport}", f"--mysqlx-socket={data['x_socket']}",
        f"--pid-file={home}/mysqld.pid", f"--log-error={data['log']}", "--skip-log-bin",
        "--table-open-cache=400", "--max-connections=100"] + options(settings)
    return command, None, data


def prepare_mariadb(home, settings):
    mariadbd = program("mariadbd", "/usr/sbin")
    install = program("mariadb-install-db", "/usr/bin")
    account = unprivileged("mysql", "nobody")
    if account:
        os.chown(home, account.pw_uid, account.pw_gid)
    check([install, "--no-defaults", f"--datadir={home}/data", "--auth-root-authentication-method=normal",
           "--skip-test-db", "--skip-name-resolve"], "mariadb-install-db", cwd=home, **as_user(account))
    port = free_port()
    data = {"port": port, "socket": f"{home}/s.sock", "user": "root", "password": "", "database": "test",
            "log": f"{home}/error.log", "url": f"mariadb://root@127.0.0.1:{port}/test"}
    command = [mariadbd, "--no-defaults", f"--datadir={home}/data", "--bind-address=127.0.0.1", f"--port={port}",
               f"--socket={data['socket']}", f"--pid-file={home}/mariadbd.pid", f"--log-error={data['log']}",
               "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=OFF"]
    return command + options(settings), account, data


def prepare_postgres(home, settings):
    versions = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: float(path.split("/")[-2]), reverse=True)
    folders = [os.environ["GRIDLOCK_POSTGRES_BIN"]] if "GRIDLOCK_POSTGRES_BIN" in os.environ else versions
    initdb, postgres = program("initdb", *folders), program("postgres", *folders)
    account = unprivileged("postgres", "nobody")
    if account:
        os.chown(home, account.pw_uid, account.pw_gid)
    check([initdb, "-D", f"{home}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
          "initdb", cwd=home, **as_user(account))
    port = free_port()
    data = {"port": port, "socket": home, "user": "postgres", "password": "", "database": "postgres",
            "log": f"{home}/error.log", "url": f"postgresql://postgres@127.0.0.1:{port}/postgres"}
    command = [postgres, "-D", f"{home}/data", "-p", str(port), "-k", home, "-h", "127.0.0.1", "-c", "fsync=off",
               "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=32MB"]
    for key, value in (settings or {}).items():
        command += ["-c", f"{key}={value}"]
    return command, account, data


PREPARE = {"mysql": prepare_mysql, "mariadb": prepare_mariadb, "postgres": prepare_postgres}


def start_time(pid):
    """The kernel's start time of a process: with its id, the identity of what we started. None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def tail(path, size=3000):
    with contextlib.suppress(OSError), open(path, errors="replace") as text:
        return text.read()[-size:]
    return ""


def version(kind, server):
    """Connects once; returns the server's version. Raises while the server is not ready."""
    if kind == "postgres":
        import psycopg2
        with contextlib.closing(psycopg2.connect(host="127.0.0.1", port=server["port"], user="postgres",
                                                 dbname="postgres", connect_timeout=2)) as connection:
            cursor = connection.cursor()
            cursor.execute("SHOW server_version")
            return cursor.fetchone()[0].split()[0]
    import pymysql
    with contextlib.closing(pymysql.connect(unix_socket=server["socket"], user="root", connect_timeout=2)) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE DATABASE IF NOT EXISTS test")
        cursor.execute("SELECT VERSION()")
        return cursor.fetchone()[0].split("-")[0]


def require_client(kind):
    module = "psycopg2" if kind == "postgres" else "pymysql"
    try:
        __import__(module)
    except ImportError:
        raise Unavailable(f"Python's {module} is missing: install the Debian package python3-{module} "
                          "and run with /usr/bin/python3") from None


def start(kind, settings=None):
    """Starts a server and returns its connection data (a dict) once it answers."""
    require_client(kind)
    home = tempfile.mkdtemp(prefix="gridlock-")
    try:
        command, account, server = PREPARE[kind](home, settings)
        with open(f"{home}/stderr.log" if kind != "postgres" else server["log"], "ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=home,
                                       start_new_session=True, **as_user(account))
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise
    server = {"kind": kind, "dir": home, "host": "127.0.0.1", "pid": process.pid,
              "start_time": start_time(process.pid), **server}
    with open(os.path.join(home, STATE), "w") as state:
        json.dump(server, state)
    deadline, last = time.monotonic() + READY_SECONDS, None
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server["version"] = version(kind, server)
            break
        except Exception as problem:  # not ready yet: each client raises its own kinds
            last = problem
            time.sleep(0.1)
    else:
        text = tail(server["log"]) or tail(f"{home}/stderr.log")
        stop(server)
        raise RuntimeError(f"{kind} did not become ready ({last}):\n{text}")
    with open(os.path.join(home, STATE), "w") as state:
        json.dump(server, state)
    return server


def alive(server):
    """Only the very process that we started counts."""
    return server["start_time"] is not None and start_time(server["pid"]) == server["start_time"]


def stop(server, keep=False):
    """Stops a server that `start` returned (or whose directory is given) and removes its directory."""
    if isinstance(server, str):
        with open(os.path.join(server, STATE)) as state:
            server = json.load(state)
    polite = signal.SIGINT if server["kind"] == "postgres" else signal.SIGTERM
    for sign, seconds in ((polite, 30), (signal.SIGKILL, 10)):
        if not alive(server):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(server["pid"], sign)
        deadline = time.monotonic() + seconds
        while alive(server) and time.monotonic() < deadline:
            time.sleep(0.05)
    with contextlib.suppress(ChildProcessError, OSError):
        os.waitpid(server["pid"], os.WNOHANG)
    if not keep:
        shutil.rmtree(server["dir"], ignore_errors=True)


@contextlib.contextmanager
def running(kind, settings=None, keep=False):
    server = start(kind, settings)
    try:
        yield server
    finally:
        stop(server, keep)
