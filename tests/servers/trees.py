"""Servers that Debian's stable releases do not have, extracted from Debian unstable into the cache and never installed.

A tree is a whole small system below one folder; its programs run in place, through the tree's own dynamic linker.
"""
import os
import shutil
import stat
import subprocess

LIBRARIES = "usr/lib/x86_64-linux-gnu"

# kind: (package, the program that shows the tree to be whole)
TREES = {"mysql": ("mysql-server-core", "usr/sbin/mysqld"),
         "mariadb11": ("mariadb-server-core", "usr/sbin/mariadbd"),
         "postgres18": ("postgresql-18", "usr/lib/postgresql/18/bin/postgres")}


class Unavailable(Exception):
    """This server cannot be had on this machine; the text says what to do."""


def variable(kind):
    """The environment variable that names a tree made elsewhere."""
    return f"GRIDLOCK_{kind.upper()}_TREE"


def cache():
    """Root's servers run as other accounts, which root's home is closed to."""
    chosen = os.environ.get("XDG_CACHE_HOME")
    return os.path.join(chosen or ("/var/cache" if os.geteuid() == 0 else os.path.expanduser("~/.cache")), "gridlock")


def tree(kind):
    return os.environ.get(variable(kind)) or os.path.join(cache(), kind + "-sid")


def have(kind):
    """The tree's folder. Raises Unavailable where it was not fetched."""
    folder = tree(kind)
    if not os.path.exists(os.path.join(folder, TREES[kind][1])):
        raise Unavailable(f"no {kind} in {folder}: run `tests/servers/server fetch {kind}` (Debian with mmdebstrap), "
                          f"or let {variable(kind)} name an extracted {TREES[kind][0]}")
    return folder


def fetch(kind):
    """Extracts the server's package and what it needs into the cache; returns the folder."""
    folder, (package, program) = tree(kind), TREES[kind]
    if os.path.exists(os.path.join(folder, program)):
        return folder
    if not shutil.which("mmdebstrap"):
        raise Unavailable(f"mmdebstrap is missing: install the Debian package mmdebstrap, then run `server fetch {kind}`")
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    partial = folder + ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    command = ["mmdebstrap", "--variant=extract", '--aptopt=Acquire::Check-Valid-Until "false"', f"--include={package}",
               "sid", partial]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        shutil.rmtree(partial, ignore_errors=True)
        raise Unavailable("mmdebstrap failed:\n" + done.stderr[-2000:])
    if kind == "postgres18":
        wrap_postgres(partial)
    os.chmod(partial, 0o755)
    os.rename(partial, folder)  # whole or not at all
    return folder


def command(folder, program):
    """How to run a program of the tree."""
    library = os.path.join(folder, LIBRARIES)
    return [os.path.join(library, "ld-linux-x86-64.so.2"), "--library-path", library + ":" + os.path.join(library, "private"),
            os.path.join(folder, program)]


def wrap_postgres(folder):
    """initdb runs `postgres` itself, from the folder where it stands: there the tree's linker is called for it."""
    programs = os.path.join(folder, os.path.dirname(TREES["postgres18"][1]))
    for name in ("initdb", "postgres"):
        path = os.path.join(programs, name)
        os.rename(path, path + ".bin")
        with open(path, "w") as script:
            script.write('#!/bin/sh\n'
                         'here=$(dirname "$0")\n'
                         f'lib="$here/../../../../../{LIBRARIES}"\n'
                         'exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" --argv0 "$0" "$0.bin" "$@"\n')
        os.chmod(path, os.stat(path + ".bin").st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
