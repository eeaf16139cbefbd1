#!/usr/bin/env python3
"""gridlock analyze on packed logs, directories, patterns, pipes and growing logs; baselines, suppressions, redaction; SARIF
against the parts of its schema that matter; workloads made of logs. GRIDLOCK_BINARY: the binary."""
import gzip
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGS = ROOT / 'tests/fidelity/logs'
PG = LOGS / 'postgres15/d02.default.stderr.log'
MYSQL = LOGS / 'mysql97/error-3-all.log'
BINARY = str(pathlib.Path(os.environ['GRIDLOCK_BINARY']).resolve())


class Analyze(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def analyze(self, *arguments, code=1, stdin=None):
        done = subprocess.run([BINARY, 'analyze', *map(str, arguments)], cwd=self.folder, capture_output=True, input=stdin, check=False)
        self.assertEqual(done.returncode, code, done.stdout.decode() + done.stderr.decode())
        return done

    def report(self, *arguments, **more):
        return json.loads(self.analyze('--format', 'json', *arguments, **more).stdout)

    def count(self, *arguments, **more):
        return sum(d['count'] for d in self.report(*arguments, **more)['deadlocks'])

    def test_gzip(self):
        packed = self.folder / 'a.log.gz'
        packed.write_bytes(gzip.compress(PG.read_bytes()))
        self.assertEqual(self.count(packed), 1)
        self.assertEqual(self.count('-', stdin=packed.read_bytes()), 1)
        packed.write_bytes(gzip.compress(PG.read_bytes()) + gzip.compress(MYSQL.read_bytes()))
        self.assertEqual(self.count(packed), 14)
        packed.write_bytes(packed.read_bytes()[:-200])
        self.assertIn(b'compressed data', self.analyze(packed, code=4).stderr)

    @unittest.skipUnless(shutil.which('zstd'), 'there is no zstd')
    def test_zstandard(self):
        subprocess.run(['zstd', '-q', str(PG), '-o', str(self.folder / 'a.zst')], check=True)
        self.assertEqual(self.count('a.zst'), 1)
        (self.folder / 'a.zst').write_bytes((self.folder / 'a.zst').read_bytes()[:-9])
        # nothing of its one block can be unpacked: as if the file were not there
        self.assertIn(b'end too early', self.analyze('a.zst', code=2).stderr)

    def test_directories_and_patterns(self):
        (self.folder / 'logs/deep').mkdir(parents=True)
        shutil.copy(PG, self.folder / 'logs/pg.log')
        shutil.copy(MYSQL, self.folder / 'logs/deep/mysql.log')
        (self.folder / 'logs/readme').write_text('nothing of a database\n')
        report = self.report('logs')
        self.assertEqual([i['file'] for i in report['inputs']], ['logs/deep/mysql.log', 'logs/pg.log'])
        self.assertEqual(self.count('logs/*.log'), 1)
        self.analyze('logs/none*.log', code=2)
        (self.folder / 'empty').mkdir()
        self.analyze('empty', code=4)
        self.analyze('logs/readme', code=4)

    def test_follow_with_rotation(self):
        log = self.folder / 'pg.log'
        log.write_text('')
        with subprocess.Popen([BINARY, 'analyze', '--follow', '--format', 'jsonl', str(log)], stdout=subprocess.PIPE) as process:
            try:
                for turn in range(2):
                    if turn == 1:
                        log.rename(self.folder / 'pg.log.1')
                    with open(log, 'a', encoding='utf-8') as file:
                        file.write(PG.read_text())
                    self.assertEqual(json.loads(process.stdout.readline())['pattern'], 'lock-ring')
                    time.sleep(0.6)
            finally:
                process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(20), 130)

    def test_baseline_and_suppressions(self):
        self.analyze('--baseline', 'known.json', PG, code=2)
        self.analyze('--baseline', 'known.json', '--update-baseline', PG)
        self.analyze('--baseline', 'known.json', PG, code=0)
        self.analyze('--baseline', 'known.json', PG, MYSQL)
        self.assertEqual([d.get('known') for d in self.report('--baseline', 'known.json', PG, code=0)['deadlocks']], [True])
        (self.folder / 'excused').write_text('# why\npattern lock-ring to be mended in spring\n')
        self.assertIn(b'to be mended', self.analyze('--suppress', 'excused', '--format', 'sarif', PG, code=0).stdout)
        (self.folder / 'excused').write_text('pattern lock-ring\nwhatever x y\n')
        self.assertIn(b'excused:1:1: error: the suppression of pattern', self.analyze('--suppress', 'excused', PG, code=2).stderr)

    def test_choosing(self):
        self.assertEqual(self.count('--since', '2027-01-01', PG, code=0), 0)
        self.assertEqual(self.count('--until', '2027-01-01', PG), 1)
        self.assertEqual(self.count('--table', 'nowhere', PG, code=0), 0)
        self.assertEqual(self.count('--pattern', 'lock-ring', PG, MYSQL), 3)
        self.analyze('--since', 'yesterday', PG, code=2)
        self.analyze('--fail-on', 'lock-timeout', LOGS / 'postgres15/lock_timeout.default.stderr.log')
        self.analyze(LOGS / 'postgres15/lock_timeout.default.stderr.log', code=0)

    def test_redacted(self):
        for form in ('text', 'json', 'markdown', 'sarif', 'junit', 'github', 'gitlab', 'jsonl'):
            out = self.analyze('--redact', '--verbose', '--format', form, MYSQL, PG).stdout.decode()
            for secret in ("'Berlin'", 'id = 2', 'v = 9', 'WHERE id = 1'):
                self.assertNotIn(secret, out, form)

    def test_sarif(self):
        sarif = json.loads(self.analyze('--format', 'sarif', MYSQL).stdout)
        self.assertEqual(sarif['version'], '2.1.0')
        for run in sarif['runs']:
            rules = [r['id'] for r in run['tool']['driver']['rules']]
            self.assertEqual(len(rules), len(set(rules)))
            prints = [r['partialFingerprints']['gridlockShape/v1'] for r in run['results']]
            self.assertEqual(len(prints), len(set(prints)))
            for result in run['results']:
                self.assertEqual(rules[result['ruleIndex']], result['ruleId'])
                self.assertIn(result['level'], ('error', 'warning', 'note'))
                self.assertTrue(result['message']['text'])
                place = result['locations'][0]['physicalLocation']
                self.assertGreater(place['region']['startLine'], 0)
                self.assertNotIn(' ', place['artifactLocation']['uri'])

    def test_workloads_of_a_log(self):
        self.analyze('--to-workload', 'made', LOGS / 'mysql97/error-3-d01.log', LOGS / 'mysql97/error-3-d02.log')
        made = sorted((self.folder / 'made').glob('*.yaml'))
        self.assertEqual(len(made), 2)
        for workload in made:
            self.assertIn('comes to the same cycle', workload.read_text())
            self.assertIn('# inferred', workload.read_text())
            done = subprocess.run([BINARY, 'run', '--format', 'json', str(workload)], capture_output=True, check=False)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(json.loads(done.stdout)['deadlocks'][0]['pattern'], workload.name.rsplit('-', 1)[0])


if __name__ == '__main__':
    unittest.main()
