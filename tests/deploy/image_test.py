# SPDX-License-Identifier: Apache-2.0
"""The image of deploy/image has the programs that the manifests start, as their user.

tests/packages installs the same packages in a bare Debian, and starts the programs there.
"""

import pathlib
import re
import unittest

import manifests

DOCKERFILE = pathlib.Path("deploy/image/Dockerfile")
CONTROL = pathlib.Path("deploy/debian/control")
PACKAGE_OF = {
    "cache_invalidation_connect": "cache-invalidation-connect",
    "cache_invalidation_server": "cache-invalidation-server",
    "cachectl": "cachectl",
}


class ImageTest(unittest.TestCase):
    def setUp(self):
        self.text = DOCKERFILE.read_text()

    def test_it_installs_packages_that_are_made(self):
        made = re.findall(r"^Package: (.*)$", CONTROL.read_text(), re.MULTILINE)
        installed = re.findall(r"^ +/packages/([a-z-]+)_\*\.deb", self.text, re.MULTILINE)
        self.assertGreater(len(installed), 0)
        self.assertLessEqual(set(installed), set(made))

    def test_it_has_the_programs_and_the_user_of_the_manifests(self):
        for pod in [pod for name in ("base", "connect/source") for pod in manifests.pods(manifests.load(name)).values()]:
            security = pod["securityContext"]
            self.assertIn(f"\nUSER {security['runAsUser']}:{security['runAsGroup']}\n", self.text)
            (container,) = pod["containers"]
            self.assertIn(f"/packages/{PACKAGE_OF[container['command'][0]]}_*.deb", self.text)


if __name__ == "__main__":
    unittest.main()
