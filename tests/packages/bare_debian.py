# SPDX-License-Identifier: Apache-2.0
"""A Debian with nothing but apt, in a folder, where programs run as on a machine of its own. Only for root."""

import pathlib
import shutil
import subprocess

# What leads to the network as on this machine.
NETWORK = ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def is_possible():
    return subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0


class BareDebian:
    """The folder. `with` makes it, and removes it."""

    def __init__(self, root, release):
        self.root = pathlib.Path(root)
        self._release = release

    def __enter__(self):
        # From where this machine has its own packages.
        sources = [str(path) for path in sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*.sources"))]
        run("mmdebstrap", "--quiet", "--variant=apt", self._release, self.root, *(sources or ["/etc/apt/sources.list"]))
        for name in NETWORK:
            if pathlib.Path("/", name).exists():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(pathlib.Path("/", name), self.root / name)
        run("mount", "--bind", "/proc", self.root / "proc")
        run("mount", "--rbind", "--make-rslave", "/dev", self.root / "dev")
        return self

    def __exit__(self, *_):
        run("umount", "--recursive", self.root / "dev")
        run("umount", self.root / "proc")
        shutil.rmtree(self.root)

    def command(self, *words, user=None):
        """The words that run these words in the folder."""
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"] if user else []
        environment = ["env", "-i", f"PATH={PATH}", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
        return ["chroot", str(self.root), *environment, *as_user, *map(str, words)]

    def run(self, *words, **options):
        """What they print; their failure fails with all of it."""
        return run(*self.command(*words, **options))

    def path(self, name):
        return self.root / name.lstrip("/")


def run(*words):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout
