#!/usr/bin/env python3
"""Every gridlock command of docs/ci.md, run on a log with a deadlock; each report it writes is read. GRIDLOCK_BINARY: the binary."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import tempfile
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOG = ROOT / 'tests/fidelity/logs/postgres15/d02.default.stderr.log'

def commands():
    """Each line of a code block that runs gridlock, as the shell would get it."""
    for line in (ROOT / 'docs/ci.md').read_text().splitlines():
        found = re.match(r"\s*(?:- |sh ')?(gridlock (?:run|analyze) .*?)'?\s*(?:#.*)?$", line)
        if found and not line.startswith('All of them'):
            yield found[1]

def check_reports(folder, command):
    for form, name in re.findall(r'--report (\w+)=(\S+)', command):
        text = (folder / name).read_text()
        if form == 'junit':
            suites = xml.fromstring(text)
            assert int(suites.get('failures')) >= 1, text
        elif form == 'sarif':
            run = json.loads(text)['runs'][0]
            assert run['results'] and run['results'][0]['locations'], text
            assert run['results'][0]['ruleId'] == run['tool']['driver']['rules'][run['results'][0]['ruleIndex']]['id']
        elif form == 'gitlab':
            issues = json.loads(text)
            assert issues and all(len(i['fingerprint']) == 16 and i['location']['lines']['begin'] > 0 for i in issues), text
        else:
            assert text.strip(), name

def main():
    binary = pathlib.Path(os.environ["GRIDLOCK_BINARY"]).resolve()
    seen = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shutil.copy(LOG, folder / 'database.log')
        shutil.copytree(ROOT / 'examples', folder / 'examples')
        for command in commands():
            done = subprocess.run(['sh', '-c', command.replace('gridlock ', '"%s" ' % binary, 1)], cwd=folder, capture_output=True, text=True, check=False)
            # What the baseline has is no finding; writing it is told by the deadlock's own code.
            expected = 0 if re.search(r'--baseline known.json (?!--update)', command) else 1
            assert done.returncode == expected, '%s: exit %d\n%s%s' % (command, done.returncode, done.stdout, done.stderr)
            if '--format github' in command:
                assert '::error file=database.log,line=' in done.stdout, done.stdout
            check_reports(folder, command)
            seen += 1
    assert seen >= 7, seen
    print('%d commands of docs/ci.md' % seen)

if __name__ == '__main__':
    main()
