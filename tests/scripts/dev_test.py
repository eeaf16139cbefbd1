#!/usr/bin/env python3
"""./dev, played in a room of fake tools: what it installs, what it builds, what it prints, and its exit codes."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
REAL = ("bash", "cat", "chmod", "dirname", "env", "find", "grep", "nproc", "sed", "touch", "xargs")

# What each fake does after it has written its name and arguments into $CALLS.
FAKES = {
    "dpkg-query": '[[ " $MISSING " == *" ${@: -1} "* ]] && exit 1\necho -n installed\n',
    "apt-get": 'echo "apt-get talks"\n[[ -z ${APT_FAILS:-} ]]\n',
    "id": 'echo "${FAKE_UID:-0}"\n',
    "cmake": """
echo "cmake talks"
if [[ $1 == --preset ]]; then
  /bin/mkdir -p build
  echo "GRIDLOCK_TESTS:BOOL=${*##*GRIDLOCK_TESTS=}" >build/CMakeCache.txt
  touch build/build.ninja
else
  [[ -z ${BUILD_FAILS:-} ]] || exit 1
  printf '#!/bin/bash\\necho "report of $*"\\nexit 1\\n' >build/gridlock
  chmod +x build/gridlock
fi
""",
    "ctest": 'echo "100% tests passed"\nexit 8\n',
    "mkdir": "",
    "rm": '[[ $2 == /etc/* ]] || /bin/rm "$@"\n',
    "ninja": "",
    "tee": 'echo "tee reads $(cat)" >>"$CALLS"\n',
    "sudo": '[[ $1 == -n ]] && exit "${SUDO_ASKS:-0}"\nexec "$@"\n',
}


class Dev(unittest.TestCase):
    def setUp(self):
        self.room = pathlib.Path(tempfile.mkdtemp(prefix="gridlock-dev-"))
        self.addCleanup(shutil.rmtree, self.room)
        self.bin = self.room / "bin"
        self.bin.mkdir()
        self.project = self.room / "a project"
        self.project.mkdir()
        for name in ("dev", "CMakePresets.json"):
            shutil.copy(ROOT / name, self.project / name)
        for name in REAL:
            (self.bin / name).symlink_to(shutil.which(name))
        for name, text in FAKES.items():
            (self.bin / name).write_text(f'#!/bin/bash\necho "{name} $*" >>"$CALLS"\n{text}')
            (self.bin / name).chmod(0o755)

    def remove(self, *tools):
        for tool in tools:
            (self.bin / tool).unlink()

    def dev(self, *arguments, where=None, **environment):
        calls = self.room / "calls"
        calls.write_text("")
        done = subprocess.run([self.project / "dev", *arguments], cwd=where or self.project, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60,
                              env={"PATH": str(self.bin), "CALLS": str(calls), "MISSING": "", **environment})
        self.calls = [call for call in calls.read_text().splitlines() if not call.startswith(("dpkg-query", "id "))]
        self.out, self.err = done.stdout, done.stderr
        return done.returncode

    def installs(self):
        return [call.split("--no-install-recommends ")[1].split() for call in self.calls
                if call.startswith("apt-get") and " install " in call]

    def test_help_says_what_there_is(self):
        self.assertEqual(self.dev("help"), 0)
        for command in ("run", "test", "build", "bench", "format", "tidy"):
            self.assertIn(f"./dev {command}", self.out)
        self.assertEqual(self.calls, [])

    def test_an_unknown_command_is_refused(self):
        self.assertEqual(self.dev("rnu"), 2)
        self.assertEqual(self.out, "")
        self.assertIn('there is no command "rnu"', self.err)

    def test_run_gives_gridlocks_report_and_exit_code_and_nothing_else(self):
        self.assertEqual(self.dev("run", "examples/a b.yaml", "--seed", "3"), 1)
        self.assertEqual(self.out, "report of run examples/a b.yaml --seed 3\n")
        self.assertIn("cmake talks", self.err)

    def test_run_does_not_need_the_test_libraries(self):
        self.dev("run", "x.yaml", MISSING="libgtest-dev")
        self.assertEqual(self.installs(), [])
        self.assertIn("cmake --preset release -DGRIDLOCK_TESTS=OFF", self.calls)
        self.assertIn("cmake --build --preset release --target gridlock", self.calls)

    def test_nothing_is_installed_or_configured_twice(self):
        self.dev("run", "x.yaml")
        self.dev("run", "x.yaml")
        self.assertEqual(self.calls, ["cmake --build --preset release --target gridlock -- --quiet"])

    def test_root_installs_exactly_what_is_missing(self):
        self.assertEqual(self.dev("run", "x.yaml", MISSING="cmake libfmt-dev"), 1)
        self.assertEqual(self.installs(), [["cmake", "libfmt-dev"]])
        self.assertIn("installing cmake libfmt-dev", self.err)
        self.assertTrue(self.calls[0].startswith("apt-get") and self.calls[0].endswith("update"))
        self.assertEqual(self.out, "report of run x.yaml\n")

    def test_apt_get_is_heard_only_when_it_fails(self):
        self.assertEqual(self.dev("run", "x.yaml", MISSING="cmake"), 1)
        self.assertNotIn("apt-get talks", self.err)
        self.assertEqual(self.dev("run", "x.yaml", MISSING="cmake", APT_FAILS="1"), 125)
        self.assertIn("apt-get talks", self.err)
        self.assertIn("could not install cmake", self.err)

    def test_an_ordinary_user_installs_by_sudo(self):
        self.assertEqual(self.dev("run", "x.yaml", MISSING="cmake", FAKE_UID="1000"), 1)
        self.assertEqual(self.installs(), [["cmake"]])
        self.assertTrue(any(call.startswith("sudo env DEBIAN_FRONTEND=noninteractive apt-get") for call in self.calls))

    def test_neither_root_nor_sudo_is_told_what_to_ask_for(self):
        self.remove("sudo")
        self.assertEqual(self.dev("run", "x.yaml", MISSING="cmake ccache", FAKE_UID="1000"), 125)
        self.assertIn("apt-get install --no-install-recommends cmake ccache", self.err)
        self.assertEqual((self.calls, self.out), ([], ""))

    def test_a_sudo_that_asks_is_not_asked_without_a_terminal(self):
        self.assertEqual(self.dev("run", "x.yaml", MISSING="cmake", FAKE_UID="1000", SUDO_ASKS="1"), 125)
        self.assertEqual(self.installs(), [])

    def test_an_ordinary_user_with_everything_in_place_needs_no_sudo(self):
        self.remove("sudo")
        self.assertEqual(self.dev("run", "x.yaml", FAKE_UID="1000"), 1)

    def test_installing_can_be_forbidden(self):
        self.assertEqual(self.dev("run", "x.yaml", MISSING="cmake", GRIDLOCK_INSTALL="no"), 1)
        self.assertEqual(self.installs(), [])

    def test_a_build_that_fails_has_an_exit_code_of_its_own(self):
        self.assertEqual(self.dev("run", "x.yaml", BUILD_FAILS="1"), 125)
        self.assertEqual(self.out, "")
        self.dev("run", "x.yaml")
        self.assertEqual(self.dev("run", "x.yaml", BUILD_FAILS="1"), 125, "also when the build is quiet")

    def test_test_turns_the_tests_on_and_gives_ctests_exit_code(self):
        self.dev("run", "x.yaml")
        self.assertEqual(self.dev("test", "-L", "unit", MISSING="libgtest-dev"), 8)
        self.assertEqual(self.installs(), [["libgtest-dev"]])
        self.assertIn("cmake --preset release -DGRIDLOCK_TESTS=ON", self.calls)
        self.assertTrue(self.calls[-1].startswith("ctest --preset release") and self.calls[-1].endswith("-L unit"))
        self.assertEqual(self.out, "100% tests passed\n")

    def test_postgresql_is_installed_without_a_server_that_runs_for_good(self):
        self.dev("test", MISSING="postgresql")
        conf = "/etc/postgresql-common/createcluster.d/gridlock.conf"
        at = [next(number for number, call in enumerate(self.calls) if words in call)
              for words in (f"tee {conf}", "tee reads create_main_cluster = false", " install ", f"rm -f {conf}")]
        self.assertEqual(at, sorted(at))

    def test_once_on_the_tests_stay_on(self):
        self.dev("test")
        self.dev("run", "x.yaml")
        self.assertEqual([call for call in self.calls if "--preset release -D" in call], [])

    def test_it_works_from_another_folder(self):
        elsewhere = self.room / "elsewhere"
        elsewhere.mkdir()
        self.assertEqual(self.dev("run", "mine.yaml", where=elsewhere), 1)
        self.assertEqual(self.out, "report of run mine.yaml\n")

    def test_elsewhere_than_on_debian_it_says_what_is_needed_and_goes_on(self):
        self.remove("dpkg-query", "apt-get")
        self.assertEqual(self.dev("run", "x.yaml"), 1)
        self.assertIn("libyaml-cpp-dev", self.err)
        self.dev("run", "x.yaml")
        self.assertNotIn("libyaml-cpp-dev", self.err, "said once")

    def test_elsewhere_without_cmake_it_stops(self):
        self.remove("dpkg-query", "apt-get", "cmake")
        self.assertEqual(self.dev("run", "x.yaml"), 125)
        self.assertIn("cmake was not found", self.err)


if __name__ == "__main__":
    unittest.main()
