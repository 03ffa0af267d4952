# SPDX-License-Identifier: Apache-2.0
"""Makes Debian packages, and a tarball with the same files, of programs that are built.

    package.py --version-header common/version.h --changelog CHANGELOG.md --programs SERVER CACHECTL CONNECT
        --manuals manuals.tar [--client cache_invalidation_client.tar] --output packages.tar

Beside this file: `control`, as Debian's tools read it, and for each package the scripts that dpkg runs. The same input makes
the same bytes: times are that of the release in the changelog, and owners and order do not come from the machine.
"""

import argparse
import collections
import datetime
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SYSTEMD = HERE.parent / "systemd"
VERSION = re.compile(r"^#define CACHE_INVALIDATION_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)$", re.MULTILINE)
RELEASE = re.compile(r"^## (\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SCRIPTS = ("preinst", "postinst", "prerm", "postrm")

Release = collections.namedtuple("Release", "version date text")


def releases(changelog):
    found = [Release(*release) for release in RELEASE.findall(changelog.read_text())]
    if not found:
        raise SystemExit(f"{changelog} has no release: a line such as ## 0.1.0 (2026-11-30)")
    return found


def seconds(release):
    return int(datetime.datetime.fromisoformat(release.date + "T12:00:00+00:00").timestamp())


def debian_changelog(history, maintainer):
    """The changelog in the form that Debian's tools read."""
    out = []
    for release in history:
        date = datetime.datetime.fromtimestamp(seconds(release), datetime.timezone.utc)
        items = re.findall(r"^- (.*(?:\n  .*)*)", release.text, re.MULTILINE)
        text = "\n".join("  * " + item.replace("\n  ", "\n    ") for item in items)
        out.append(
            f"cache-invalidation ({release.version}) unstable; urgency=medium\n\n{text}\n\n"
            f" -- {maintainer}  {date:%a, %d %b %Y %H:%M:%S} +0000\n"
        )
    return "\n".join(out)


def compressed(text):
    return gzip.compress(text if isinstance(text, bytes) else text.encode(), mtime=0)


class Package:
    """The files of one package, in a folder of its own."""

    def __init__(self, name, work):
        self.name = name
        self.root = work / name
        self.root.mkdir()

    def write(self, path, content, mode=0o644):
        to = self.root / path
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(content if isinstance(content, bytes) else content.encode())
        to.chmod(mode)

    def program(self, built):
        self.write(f"usr/bin/{built.name}", built.read_bytes(), 0o755)
        subprocess.run(["strip", "--remove-section=.comment", self.root / "usr/bin" / built.name], check=True)

    def manuals_of(self, program, manuals):
        """What manuals.py has made for the program."""
        with tarfile.open(manuals) as tar:
            tar.extractall(self.root, [member for member in tar if re.search(rf"/_?{program}[-.\w]*$", member.name)])

    def unit(self, name):
        text = (SYSTEMD / name).read_text().replace("/usr/local/bin/", "/usr/bin/")
        self.write(f"lib/systemd/system/{name}", text)

    def binaries(self):
        """What is linked with libraries of other packages."""
        files = (path for path in sorted(self.root.rglob("*")) if path.is_file() and not path.is_symlink())
        return [path for path in files if path.read_bytes()[:4] == b"\x7fELF"]


def server_package(package, built):
    package.program(built)
    package.unit("cache_invalidation.service")
    package.write("etc/cache_invalidation/server.flags", (SYSTEMD / "server.flags").read_text())
    package.write("etc/logrotate.d/cache_invalidation", (SYSTEMD / "cache_invalidation.logrotate").read_text())


def cachectl_package(package, built):
    package.program(built)


def connect_package(package, built):
    package.program(built)
    package.unit("cache_invalidation_connect@.service")


def client_package(package, built):
    (package.root / "usr").mkdir()
    with tarfile.open(built) as tree:
        tree.extractall(package.root / "usr")
    for library in sorted((package.root / "usr/lib").glob("*.so.*.*.*")):
        subprocess.run(["strip", "--strip-unneeded", "--remove-section=.comment", library], check=True)
        library.chmod(0o644)
        name, _, version = library.name.partition(".so.")
        package.write("DEBIAN/shlibs", f"{name} {version.rpartition('.')[0]} {package.name} (>= {version})\n")
    for archive in sorted((package.root / "usr/lib").glob("*.a")):
        subprocess.run(["strip", "--strip-debug", "--enable-deterministic-archives", archive], check=True)
    package.write("DEBIAN/triggers", "activate-noawait ldconfig\n")


def add_control(package, work, version):
    """DEBIAN/: what dpkg knows of the package, and the scripts that it runs."""
    to = package.root / "DEBIAN"
    to.mkdir(exist_ok=True)
    substitutions = work / f"{package.name}.substvars"
    substitutions.write_text("")
    if binaries := package.binaries():
        call = ["dpkg-shlibdeps", f"-T{substitutions}", "--warnings=0", *(f"-e{binary}" for binary in binaries)]
        subprocess.run(call, cwd=work, check=True)
    sums = (path for path in sorted(package.root.rglob("*")) if path.is_file() and not path.is_symlink() and to not in path.parents)
    package.write("DEBIAN/md5sums", "".join(md5_line(path, package.root) for path in sums))
    settings = sorted(str(path.relative_to(package.root)) for path in package.root.glob("etc/**/*") if path.is_file())
    if settings:
        package.write("DEBIAN/conffiles", "".join(f"/{path}\n" for path in settings))
    for script in SCRIPTS:
        source = HERE / f"{package.name}.{script}"
        if source.exists():
            package.write(f"DEBIAN/{script}", source.read_text(), 0o755)
    call = ["dpkg-gencontrol", f"-p{package.name}", f"-P{package.root}", f"-T{substitutions}", f"-v{version}"]
    subprocess.run([*call, f"-f{work / 'files'}", f"-O{to / 'control'}"], cwd=work, check=True)


def md5_line(path, root):
    return f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n"


def settle(root, time):
    """Modes and times that do not come from this machine."""
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_dir():
            path.chmod(0o755)
        elif not path.is_symlink():
            path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
        os.utime(path, (time, time), follow_symlinks=False)
    os.utime(root, (time, time))


def owned_by_root(entry):
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


def parse():
    parser = argparse.ArgumentParser()
    for flag in ("--version-header", "--changelog", "--manuals", "--output"):
        parser.add_argument(flag, type=pathlib.Path, required=True)
    parser.add_argument("--programs", nargs=3, type=pathlib.Path, required=True, metavar=("SERVER", "CACHECTL", "CONNECT"))
    # Without it there is no package of the client.
    parser.add_argument("--client", type=pathlib.Path)
    # To test an upgrade: the version that the packages have instead.
    parser.add_argument("--version")
    return parser.parse_args()


def main():
    arguments = parse()
    history = releases(arguments.changelog)
    version = arguments.version or ".".join(VERSION.findall(arguments.version_header.read_text()))
    if not arguments.version and version != history[0].version:
        raise SystemExit(f"the version is {version}, and the first release of the changelog {history[0].version}")
    time = seconds(history[0])
    os.environ["SOURCE_DATE_EPOCH"] = str(time)
    os.environ["LC_ALL"] = "C.UTF-8"
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        make(arguments, history, version, time, work)


def make(arguments, history, version, time, work):
    (work / "debian").mkdir()
    shutil.copy(HERE / "control", work / "debian/control")
    maintainer = re.search(r"^Maintainer: (.*)$", (HERE / "control").read_text(), re.MULTILINE).group(1)
    changelog = debian_changelog(history, maintainer)
    (work / "debian/changelog").write_text(changelog)
    outputs = work / "outputs"
    outputs.mkdir()
    server, cachectl, connect = arguments.programs
    every = work / f"cache_invalidation-{version}"
    for name, fill, built in (
        ("cache-invalidation-server", server_package, server),
        ("cachectl", cachectl_package, cachectl),
        ("cache-invalidation-connect", connect_package, connect),
        ("libcache-invalidation-client-dev", client_package, arguments.client),
    ):
        if not built:
            continue
        package = Package(name, work)
        fill(package, built)
        if name != "libcache-invalidation-client-dev":
            package.manuals_of(built.name, arguments.manuals)
        package.write(f"usr/share/doc/{name}/changelog.gz", compressed(changelog))
        package.write(f"usr/share/doc/{name}/copyright", (HERE / "copyright").read_text())
        add_control(package, work, version)
        settle(package.root, time)
        call = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", package.root, outputs]
        subprocess.run(call, check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(package.root, every, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("DEBIAN"))
    settle(every, time)
    with gzip.GzipFile(outputs / f"{every.name}.tar.gz", "wb", mtime=0) as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            tar.add(every, arcname=every.name, filter=owned_by_root)
    settle(outputs, time)
    with tarfile.open(arguments.output, "w") as tar:
        for path in sorted(outputs.iterdir()):
            tar.add(path, arcname=path.name, filter=owned_by_root)


if __name__ == "__main__":
    main()
