#!/usr/bin/env python3
"""README.md against the truth: the report that it shows is the one that gridlock prints, and its links lead somewhere."""
import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("GRIDLOCK_BINARY", ROOT / "build" / "gridlock")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def shown_but_not_printed(shown, printed):
    """The first shown line that is not where it should be in what is printed; None when all are. `...` skips lines."""
    lines, at, may_skip = printed.splitlines(), 0, False
    for line in shown.splitlines():
        if line == "...":
            may_skip = True
            continue
        while may_skip and at < len(lines) and lines[at] != line:
            at += 1
        if at >= len(lines) or lines[at] != line:
            return line
        at, may_skip = at + 1, False
    return None


class Readme(unittest.TestCase):
    def test_the_reports_shown_are_the_reports_printed(self):
        shown = blocks("console")
        self.assertGreater(len(shown), 0)
        for block in shown:
            command, _, report = block.partition("\n")
            self.assertRegex(command, r"^\$ build/gridlock ")
            environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
            done = subprocess.run([BINARY, *command.split()[2:]], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, encoding="utf-8", timeout=60, env=environment)
            self.assertIsNone(shown_but_not_printed(report, done.stdout), done.stdout + done.stderr)

    def test_the_yaml_shown_is_the_examples(self):
        example = (ROOT / "examples" / "opposite-order.yaml").read_text(encoding="utf-8")
        self.assertEqual(len(blocks("yaml")), 1)
        self.assertIn(blocks("yaml")[0], example)

    def test_every_link_leads_somewhere(self):
        pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
        for page in pages:
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
                if "://" not in target:
                    self.assertTrue((page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}")

    def test_the_comparison_can_fail(self):
        printed = "one\ntwo\nthree\n"
        self.assertIsNone(shown_but_not_printed("one\n...\nthree\n", printed))
        self.assertEqual(shown_but_not_printed("one\nthree\n", printed), "three")
        self.assertEqual(shown_but_not_printed("...\nfour\n", printed), "four")


if __name__ == "__main__":
    unittest.main()
