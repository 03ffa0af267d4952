"""The image of deploy/image has what its programs need: every shared library comes with one of its packages.

$SERVER, $CACHECTL and $CONNECT are the programs. Runs at the top of the tree, on the Debian that the image is made of.
"""

import os
import pathlib
import re
import subprocess
import unittest

import manifests

DOCKERFILE = pathlib.Path("deploy/image/Dockerfile")
# Of builds that are not for production.
SANITIZERS = re.compile(r"lib(a|t|ub)san\.so")


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def with_dependencies(packages):
    """The packages and all that they depend on, as far as they are installed here."""
    lines = output("dpkg-query", "--show", "--showformat=${Package}\t${Pre-Depends}, ${Depends}\n").splitlines()
    needs = {}
    for line in lines:
        name, _, depends = line.partition("\t")
        needs[name] = set(re.findall(r"[a-z0-9][a-z0-9.+-]+(?=\s*(?:\(|:|,|\||$))", re.sub(r"\([^)]*\)", "", depends)))
    found, waiting = set(), list(packages)
    while waiting:
        package = waiting.pop()
        if package in needs and package not in found:
            found.add(package)
            waiting += needs[package]
    return found


def packages_of_libraries(programs):
    """The package that has each shared library that ldd finds for the programs."""
    libraries = {path for program in programs for path in re.findall(r"=> (/\S+)", output("ldd", program))}
    # Packages still list files of /usr/lib as those of /lib, so one of the two is not found.
    names = {path: {os.path.realpath(path), os.path.realpath(path).removeprefix("/usr")} for path in libraries}
    command = ["dpkg-query", "--search", *sorted(set().union(*names.values()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    owners = {path: package for package, path in re.findall(r"^([^:\n]+)(?::\w+)?: (/.*)$", done.stdout, re.MULTILINE)}
    return {
        path: next((owners[name] for name in known if name in owners), None)
        for path, known in names.items()
        if not SANITIZERS.search(path)
    }


class ImageTest(unittest.TestCase):
    def test_packages_bring_every_library(self):
        text = DOCKERFILE.read_text()
        listed = re.search(r"--no-install-recommends \\\n(.*?)&&", text, re.DOTALL).group(1).replace("\\", "").split()
        there = with_dependencies(listed)
        self.assertLessEqual(set(listed), there, "not installed here")
        needed = packages_of_libraries([os.environ[name] for name in ("SERVER", "CACHECTL", "CONNECT")])
        self.assertGreater(len(needed), 10)
        self.assertEqual({library: package for library, package in needed.items() if package not in there}, {})

    def test_it_has_the_programs_and_the_user_of_the_manifests(self):
        text = DOCKERFILE.read_text()
        for pod in [pod for name in ("base", "connect/source") for pod in manifests.pods(manifests.load(name)).values()]:
            security = pod["securityContext"]
            self.assertIn(f"\nUSER {security['runAsUser']}:{security['runAsGroup']}\n", text)
            (container,) = pod["containers"]
            self.assertIn(container["command"][0], re.search(r"^COPY (.*) /usr/local/bin/$", text, re.MULTILINE).group(1).split())


if __name__ == "__main__":
    unittest.main()
