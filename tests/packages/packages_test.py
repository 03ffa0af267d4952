# SPDX-License-Identifier: Apache-2.0
"""The packages are well made, and a server lives through all that a machine does with them.

The packages that are upgraded are those of this build under an older version; or, to test with programs of an earlier commit,
those in the folder $EARLIER_PACKAGES.
"""

import contextlib
import os
import pathlib
import re
import subprocess
import tarfile
import time
import unittest
import urllib.request

import bare_debian
from bare_debian import BareDebian, run

DIRECTORY = pathlib.Path(os.environ["TEST_TMPDIR"])
RELEASE = "bookworm"
OLDER = "0.0.9"
NAMES = ["cache-invalidation-connect", "cache-invalidation-server", "cachectl", "libcache-invalidation-client-dev"]
PATIENCE_SECONDS = 60
UNIT = "lib/systemd/system/cache_invalidation.service"


def make(output, *flags):
    """The packages of the programs that this build has made; not that of the client, which takes longest."""
    programs = [os.environ[name] for name in ("SERVER", "CACHECTL", "CONNECT")]
    run(
        "python3",
        "deploy/debian/package.py",
        "--version-header=common/version.h",
        "--changelog=CHANGELOG.md",
        f"--manuals={os.environ['MANUALS']}",
        f"--output={output}",
        *flags,
        "--programs",
        *programs,
    )
    return output


def unpack(packages, to):
    """Unpacks the tar file of all packages; returns them by their names."""
    with tarfile.open(packages) as tar:
        tar.extractall(to)
    return {path.name.partition("_")[0]: path for path in pathlib.Path(to).glob("*.deb")}


class PackagesTest(unittest.TestCase):
    def setUp(self):
        self.packages = unpack(os.environ["PACKAGES"], DIRECTORY / self.id())

    def test_the_same_input_makes_the_same_bytes(self):
        self.assertEqual(sorted(self.packages), NAMES)
        again = unpack(make(DIRECTORY / "again.tar"), DIRECTORY / "again")
        self.assertEqual(len(again), 3)
        for name, package in again.items():
            self.assertEqual(package.read_bytes(), self.packages[name].read_bytes(), name)

    def test_lintian_finds_no_errors(self):
        # Of the archives of an unoptimised client it would make gigabytes.
        packages = [package for name, package in self.packages.items() if not name.startswith("lib")]
        run("lintian", "--fail-on", "error", "--allow-root", *packages)


@unittest.skipUnless(bare_debian.is_possible(), "here nothing can be mounted, as in a container without that right")
class LifeTest(unittest.TestCase):
    """From an installation to a purge, in a bare Debian, with the server started as its unit says."""

    def start(self, bare):
        unit = bare.path(UNIT).read_text()
        (command,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
        (user,) = re.findall(r"^User=(.*)$", unit, re.MULTILINE)
        server = subprocess.Popen(bare.command(*command.split(), user=user), stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.kill)
        return server

    @contextlib.contextmanager
    def serving(self, bare):
        server = self.start(bare)
        end = time.monotonic() + PATIENCE_SECONDS
        lines = []
        while not lines or " serving " not in lines[-1]:
            self.assertLess(time.monotonic(), end, lines)
            lines.append(server.stderr.readline())
            self.assertTrue(lines[-1], f"the server ended: {lines}")
        yield
        server.terminate()
        self.assertEqual(server.wait(PATIENCE_SECONDS), 0)

    def older_packages(self):
        if earlier := os.environ.get("EARLIER_PACKAGES"):
            return {path.name.partition("_")[0]: path for path in pathlib.Path(earlier).glob("*.deb")}
        return unpack(make(DIRECTORY / "older.tar", f"--version={OLDER}"), DIRECTORY / "older")

    def install(self, bare, packages):
        folder = bare.path("/packages")
        folder.mkdir(exist_ok=True)
        names = []
        for package in packages:
            (folder / package.name).write_bytes(package.read_bytes())
            names.append(f"/packages/{package.name}")
        # An operator who has changed the flags is asked; without a terminal the answer is to keep them.
        options = ["-y", "-q", "--no-install-recommends", "--allow-downgrades", "--option=Dpkg::Options::=--force-confold"]
        return bare.run("apt-get", "install", *options, *names)

    def test_install_write_upgrade_remove_purge(self):
        newer = unpack(os.environ["PACKAGES"], DIRECTORY / "newer")
        older = self.older_packages()
        names = [name for name in NAMES if not name.startswith("lib")]
        with BareDebian(DIRECTORY / "root", RELEASE) as bare:
            bare.run("apt-get", "update", "-q")
            self.install(bare, [older[name] for name in names])
            with self.serving(bare):
                epoch = self.write_and_watch(bare)
            settings = bare.path("/etc/cache_invalidation/server.flags")
            settings.write_text(settings.read_text() + "--heartbeat=7s\n")

            before = bare.run("dpkg-query", "-W", "-f", "${Version}", "cachectl")
            self.install(bare, [newer["cache-invalidation-server"]])
            self.assertIn("--heartbeat=7s\n", settings.read_text(), "an upgrade keeps what the operator has set")
            with self.serving(bare):
                self.goes_on(bare, epoch, revision=2)  # for the cachectl of before
                self.install(bare, [newer[name] for name in names])
                self.assertNotEqual(bare.run("dpkg-query", "-W", "-f", "${Version}", "cachectl"), before)
                self.goes_on(bare, epoch, revision=3)
                self.one_version(bare)
            self.manuals_are_there(bare)

            self.remove(bare, names)

    def write_and_watch(self, bare):
        bare.run("cachectl", "rule", "register", "lists", "--trigger", "orders", "--invalidate", "lists:{context.customer}")
        written = bare.run("cachectl", "write", "orders", "1", "update", "--context", '{"customer": "ann"}')
        self.assertIn("revision 1, ", written)
        watched = bare.run("cachectl", "watch", "--from-revision", "0", "--until-revision", "1")
        self.assertRegex(watched, r"evict +tag +lists:ann +rule lists")
        return self.epoch(bare)

    def epoch(self, bare):
        return re.search(r'"epoch": "(\w+)"', bare.run("cachectl", "stats", "-o", "json")).group(1)

    def goes_on(self, bare, epoch, revision):
        """The data are those of before the upgrade, in the same history."""
        self.assertEqual(self.epoch(bare), epoch)
        self.assertIn("lists", bare.run("cachectl", "rule", "list"))
        self.assertIn(f"revision {revision}, ", bare.run("cachectl", "write", "orders", "1", "delete"))

    def one_version(self, bare):
        """Programs, changelog and metric have that of the packages."""
        version = bare.run("dpkg-query", "-W", "-f", "${Version}", "cachectl")
        for program in ("cachectl", "cache_invalidation_server", "cache_invalidation_connect"):
            self.assertEqual(bare.run(program, "--version").split()[-1], version)
        self.assertTrue(re.search(r"^## (\S+)", pathlib.Path("CHANGELOG.md").read_text(), re.MULTILINE).group(1) == version)
        with urllib.request.urlopen("http://127.0.0.1:7401/metrics") as page:
            self.assertIn(f'version="{version}"', page.read().decode())

    def manuals_are_there(self, bare):
        for page in ("man1/cachectl.1.gz", "man1/cachectl-rule-register.1.gz", "man8/cache_invalidation_server.8.gz"):
            self.assertTrue(bare.path(f"/usr/share/man/{page}").exists(), page)
        self.assertIn("cachectl", bare.path("/usr/share/bash-completion/completions/cachectl").read_text())

    def remove(self, bare, names):
        bare.run("apt-get", "remove", "-y", "-q", *names)
        self.assertFalse(bare.path("/usr/bin/cachectl").exists())
        kept = [bare.path("/etc/cache_invalidation/server.flags"), bare.path("/var/lib/cache_invalidation/data")]
        self.assertTrue(all(path.exists() for path in kept), "a removal keeps settings and data")
        bare.run("apt-get", "purge", "-y", "-q", *names)
        gone = [*kept, bare.path("/var/lib/cache_invalidation"), bare.path("/var/log/cache_invalidation"), bare.path(UNIT)]
        self.assertEqual([path for path in gone if path.exists()], [], "a purge leaves nothing")


if __name__ == "__main__":
    unittest.main()
