#!/usr/bin/env python3
"""log_bench.py GRIDLOCK [--size MIB] [--runs N] [--keep DIR]: how fast gridlock analyze reads logs, beside grep -c, rg -c,
wc -l, pgbadger and pt-deadlock-logger's parser, in one run.

The logs are made from what real servers wrote (tests/fidelity/logs), by a seed: ordinary lines, and deadlock reports with
ids, keys and times of their own. Times are CPU seconds (user and system) of the process, medians; tools take turns, so
that a bad minute of the machine hits all of them. What counts are the ratios."""
import argparse
import os
import pathlib
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGS = ROOT / 'tests/fidelity/logs'
MIB = 1 << 20


def numbered(text, rng):
    """The text with every number of five digits and more replaced, the same by the same."""
    new = {}
    return re.sub(r'(?<![\w.])\d{5,}(?![\w.])', lambda m: new.setdefault(m[0], str(rng.randint(10 ** (len(m[0]) - 1), 10 ** len(m[0]) - 1))), text)


def in_lines(prefix, rng):
    words = ['connection authorized: user=app database=shop', 'duration: %d.%03d ms  execute <unnamed>: SELECT id, v FROM t WHERE id = %d',
             'checkpoint complete: wrote %d buffers', 'disconnection: session time: 0:00:0%d.%03d user=app database=shop host=127.0.0.1 port=%d',
             'duration: %d.%03d ms  statement: UPDATE account SET balance = balance - %d WHERE id = 77 AND region = \'eu\'']
    text = rng.choice(words)
    text = re.sub(r'%0?3?d', lambda m: str(rng.randint(100, 999)), text)
    return prefix(rng) + text + '\n'


def stderr_noise(rng):
    return in_lines(lambda r: '2026-11-22 %02d:%02d:%02d.%03d UTC [%d] LOG:  ' % (r.randint(0, 23), r.randint(0, 59), r.randint(0, 59), r.randint(0, 999), r.randint(10000, 99999)), rng)


def csv_noise(rng):
    line = in_lines(lambda r: '', rng).strip().replace('"', '""')
    return ('2026-11-22 %02d:%02d:%02d.%03d UTC,"app","shop",%d,"127.0.0.1:%d",69212c3a.%x,%d,"SELECT",2026-11-22 03:00:00 UTC,3/%d,0,LOG,00000,"%s",,,,,,,,,"app","client backend",,0\n'
            % (rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59), rng.randint(0, 999), rng.randint(10000, 99999), rng.randint(30000, 60000), rng.randint(1000, 60000), rng.randint(1, 99), rng.randint(1, 9999), line))


def json_noise(rng):
    line = in_lines(lambda r: '', rng).strip().replace('"', '\\"')
    return ('{"timestamp":"2026-11-22 %02d:%02d:%02d.%03d UTC","user":"app","dbname":"shop","pid":%d,"remote_host":"127.0.0.1","remote_port":%d,"session_id":"69212c3a.%x","line_num":%d,"ps":"SELECT","session_start":"2026-11-22 03:00:00 UTC","vxid":"3/%d","txid":0,"error_severity":"LOG","message":"%s","application_name":"app","backend_type":"client backend","query_id":0}\n'
            % (rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59), rng.randint(0, 999), rng.randint(10000, 99999), rng.randint(30000, 60000), rng.randint(1000, 60000), rng.randint(1, 99), rng.randint(1, 9999), line))


def sparse(path, size, samples, noise, rng):
    """Ordinary lines with a deadlock every 190 KB, as in a busy shop's log: a pattern of 24 MiB, again and again."""
    block = []
    length = 0
    while length < min(size, 24 * MIB):
        part = ''.join(noise(rng) for _ in range(1400)) + numbered(rng.choice(samples), rng)
        block.append(part)
        length += len(part.encode())
    data = ''.join(block).encode()
    with open(path, 'wb') as file:
        while file.tell() < size:
            file.write(data)


def dense(path, size, samples, rng):
    """Nothing but deadlock reports, each with its own ids and keys."""
    with open(path, 'w') as file:
        written = 0
        while written < size:
            text = numbered(rng.choice(samples), rng)
            text = re.sub(r'hex 8000([0-9a-f]{4})', lambda m: 'hex 80%06x' % rng.randint(1, 0xffffff), text)
            file.write(text)
            written += len(text)


def texts(folder, pattern):
    return [p.read_text() for p in sorted((LOGS / folder).glob(pattern)) if '-all' not in p.name]


def reports_only(text):
    """From the banner (verbosity 3) or the first transaction (2) on."""
    for mark in ('Transactions deadlock detected', 'TRANSACTION '):
        at = text.find(mark)
        if at >= 0:
            return text[text.rfind('\n', 0, at) + 1:]
    return ''


def make_logs(folder, size, seed):
    rng = random.Random(seed)
    mysql3 = [t for t in map(reports_only, texts('mysql97', 'error-3-d*.log')) if t.count('WE ROLL BACK') == 1]
    mysql2 = [t for t in map(reports_only, texts('mysql97', 'error-2-d*.log')) if t]
    logs = {}
    for name, make in {
            'pg.log': lambda p: sparse(p, size, texts('postgres15', '*.default.stderr.log'), stderr_noise, rng),
            'pg.csv': lambda p: sparse(p, size, texts('postgres15', '*.csv'), csv_noise, rng),
            'pg.json': lambda p: sparse(p, size, texts('postgres15', '*.jsonl'), json_noise, rng),
            'mysql_dense.log': lambda p: dense(p, size // 4, mysql3, rng),
            'mysql_dense_v2.log': lambda p: dense(p, size // 4, mysql2, rng)}.items():
        logs[name] = folder / name
        if not logs[name].exists():
            make(logs[name])
    return logs


def cpu_of(command, stdin=None):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit('%s: exit %d' % (command, done.returncode))
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


PERL = r'''require "/usr/bin/pt-deadlock-logger"; local $/; open F, "<", $ARGV[0]; my $t = <F>; my $n = 0;
for my $d (split /(?=LATEST DETECTED DEADLOCK)/, $t) { pt_deadlock_logger::parse_deadlocks($d) if $d =~ /DEADLOCK/; $n++ } print "$n\n";'''


def slice_of(path, size):
    out = path.with_suffix(path.suffix + '.slice')
    with open(path, 'rb') as file, open(out, 'wb') as part:
        part.write(file.read(size))
    return out


def peers_of(name, path, gridlock, small):
    tools = {'gridlock': ([gridlock, 'analyze', '--fail-on', 'never', '--allow-partial', '--format', 'jsonl', str(path)], path),
             'grep -c': (['grep', '-c', 'deadlock detected', str(path)], path), 'wc -l': (['wc', '-l', str(path)], path)}
    if shutil.which('rg'):
        tools['rg -c'] = (['rg', '-c', '--no-mmap', '-j1', 'deadlock detected', str(path)], path)
    if name.startswith('pg') and shutil.which('pgbadger'):
        form = {'pg.log': 'stderr', 'pg.csv': 'csv', 'pg.json': 'jsonlog'}[name]
        part = slice_of(path, small)
        tools['pgbadger'] = (['pgbadger', '-q', '-f', form, '-o', '/dev/null', '-x', 'json', str(part)], part)
    if name == 'mysql_dense.log' and shutil.which('pt-deadlock-logger'):
        status = path.with_suffix('.status')
        samples = [t for t in texts('mysql97', 'status-d*.txt')]
        status.write_text('\n'.join(samples[i % len(samples)] for i in range(400)))
        tools["pt-deadlock-logger's parser"] = (['perl', '-e', PERL, str(status)], status)
    return tools


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('gridlock')
    parser.add_argument('--size', type=int, default=1024, help='MiB of each log')
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--keep', help='folder for the logs, kept')
    options = parser.parse_args()
    folder = pathlib.Path(options.keep or tempfile.mkdtemp(prefix='gridlock-bench-'))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, path in make_logs(folder, options.size * MIB, options.seed).items():
            tools = peers_of(name, path, options.gridlock, min(options.size, 4) * MIB)
            speeds = {tool: [] for tool in tools}
            for run in range(options.runs + 1):
                for tool, (command, file) in tools.items():
                    if run > 1 and tool in ('pgbadger', "pt-deadlock-logger's parser") and run > 2:
                        continue
                    seconds = max(cpu_of(command), 1e-4)
                    if run > 0:
                        speeds[tool].append(file.stat().st_size / 1e6 / seconds)
            ours = statistics.median(speeds['gridlock'])
            print('%s, %d MB' % (name, path.stat().st_size / 1e6))
            for tool, all_of_it in speeds.items():
                speed = statistics.median(all_of_it)
                print('  %-28s %8.1f MB/s   gridlock is %.2f times as fast' % (tool, speed, ours / speed))
            sys.stdout.flush()
    finally:
        if not options.keep:
            shutil.rmtree(folder)


if __name__ == '__main__':
    main()
