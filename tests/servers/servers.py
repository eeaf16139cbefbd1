"""Throw-away database servers on loopback: MySQL 9.7, MariaDB and PostgreSQL as installed, MariaDB 11 and PostgreSQL 18.

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

import trees
from trees import Unavailable

STATE = "gridlock-server.json"
READY_SECONDS = 90


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


def read(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


def check(command, what, **arguments):
    arguments.setdefault("input", "")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", **arguments)
    if done.returncode:
        raise RuntimeError(f"{what} failed:\n{done.stdout[-3000:]}")


def options(settings):
    return [f"--{key.replace('_', '-')}={value}" for key, value in (settings or {}).items()]


# One function per server: makes the data directory below `home` and returns (command, account, connection data).

def prepare_mysql(home, settings):
    tree = trees.have("mysql")
    base = trees.command(tree, "usr/sbin/mysqld") + [
        "--no-defaults", f"--basedir={tree}/usr", f"--plugin-dir={tree}/usr/lib/mysql/plugin",
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
    return mariadb_server([mariadbd, "--no-defaults"], home, settings, account)


def mariadb_server(program, home, settings, account):
    port = free_port()
    data = {"port": port, "socket": f"{home}/s.sock", "user": "root", "password": "", "database": "test",
            "log": f"{home}/error.log", "url": f"mariadb://root@127.0.0.1:{port}/test"}
    command = program + [f"--datadir={home}/data", "--bind-address=127.0.0.1", f"--port={port}",
               f"--socket={data['socket']}", f"--pid-file={home}/mariadbd.pid", f"--log-error={data['log']}",
               "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=OFF"]
    return command + options(settings), account, data


def prepare_mariadb11(home, settings):
    """mariadb-install-db is a script that looks for its parts in the system: what it does is fed to the tree's server."""
    tree = trees.have("mariadb11")
    base = trees.command(tree, "usr/sbin/mariadbd") + [
        "--no-defaults", f"--basedir={tree}/usr", f"--plugin-dir={tree}/usr/lib/mysql/plugin",
        f"--lc-messages-dir={tree}/usr/share/mariadb", f"--character-sets-dir={tree}/usr/share/mariadb/charsets"]
    if os.geteuid() == 0:
        base.append("--user=root")
    os.makedirs(f"{home}/data/mysql")
    scripts = [f"{tree}/usr/share/mariadb/{name}.sql" for name in
               ("mariadb_system_tables", "mariadb_performance_tables", "mariadb_system_tables_data", "fill_help_tables",
                "mariadb_sys_schema")]
    accounts = ("INSERT INTO global_priv SELECT 'localhost', 'root', '{\"access\":18446744073709551615}' WHERE NOT EXISTS "
                "(SELECT 1 FROM global_priv WHERE user = 'root');\n"
                "UPDATE global_priv SET priv = '{\"access\":18446744073709551615}' WHERE user = 'root';\n"
                "INSERT IGNORE INTO global_priv VALUES ('127.0.0.1', 'root', '{\"access\":18446744073709551615}');\n")
    bootstrap = "CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\n" + "".join(
        read(path) for path in scripts if os.path.exists(path)) + "USE mysql;\n" + accounts
    check(base + [f"--datadir={home}/data", "--bootstrap", "--enforce-storage-engine=", "--net_buffer_length=16K",
                  "--max_allowed_packet=8M"], "mariadbd --bootstrap", input=bootstrap)
    return mariadb_server(base, home, settings, None)


def prepare_postgres18(home, settings):
    return postgres_of([os.path.join(trees.have("postgres18"), os.path.dirname(trees.TREES["postgres18"][1]))], home, settings)


def prepare_postgres(home, settings):
    versions = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: float(path.split("/")[-2]), reverse=True)
    folders = [os.environ["GRIDLOCK_POSTGRES_BIN"]] if "GRIDLOCK_POSTGRES_BIN" in os.environ else versions
    return postgres_of(folders, home, settings)


def postgres_of(folders, home, settings):
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


PREPARE = {"mysql": prepare_mysql, "mariadb": prepare_mariadb, "mariadb11": prepare_mariadb11,
           "postgres": prepare_postgres, "postgres18": prepare_postgres18}


def is_postgres(kind):
    return kind.startswith("postgres")


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
    if is_postgres(kind):
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
    module = "psycopg2" if is_postgres(kind) else "pymysql"
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
        with open(f"{home}/stderr.log" if not is_postgres(kind) else server["log"], "ab") as log:
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
    polite = signal.SIGINT if is_postgres(server["kind"]) else signal.SIGTERM
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
