# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/operations.md make certificates with which the pods of deploy/overlays/mtls work.

$SERVER, $CACHECTL and $CONNECT are the programs. Runs at the top of the tree.
"""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import urllib.request

import connector
import manifests
import server

FILES = {"tls.crt": "{}.crt", "tls.key": "{}.key", "ca.crt": "ca.crt"}


def blocks():
    """The commands of the section: what makes the certificates, the start of the server, a call, a look at the handshake."""
    (section,) = re.findall(r"^## TLS\n(.*?)^## ", pathlib.Path("docs/operations.md").read_text(), re.DOTALL | re.MULTILINE)
    return re.findall(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)


class MtlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(dir=os.environ["TEST_TMPDIR"])))
        make, cls.start, cls.call, cls.look = blocks()
        # As deploy/README.md says.
        make += "".join(f"issue {name} URI:spiffe://shop/{name}\n" for name in ("rules", "connector", "sink"))
        subprocess.run(["bash", "-e", "-c", make], cwd=cls.directory, check=True)
        for name in ("server", "orders", "rules", "connector", "sink"):
            (cls.directory / name).mkdir()
            for key, file in FILES.items():
                (cls.directory / name / key).symlink_to(cls.directory / file.format(name))

    def cachectl(self, port, *arguments, **variables):
        environment = {**os.environ, "CACHE_INVALIDATION_ENDPOINT": f"localhost:{port}", **variables}
        command = [os.environ["CACHECTL"], *arguments]
        return subprocess.run(command, env=environment, cwd=self.directory, capture_output=True, text=True, check=False)

    def test_the_commands_of_the_page(self):
        program, *flags = self.start.replace("\\\n", " ").split()
        self.assertEqual(program, "cache_invalidation_server")
        flags = [re.sub(r"^(--tls_\w+)=", rf"\1={self.directory}/", flag) for flag in flags if "data_dir" not in flag]
        with server.running(os.environ["SERVER"], self.directory, flags) as ports:
            program, *arguments = self.call.split()
            self.assertEqual(program, "cachectl")
            done = self.cachectl(ports["grpc"], *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.cachectl(ports["grpc"], "--timeout=1s", "--tls-ca-file=ca.crt", "stats").returncode, 6)
            look = self.look.replace(":7400", f":{ports['grpc']}")
            seen = subprocess.run(["bash", "-c", look], cwd=self.directory, capture_output=True, text=True, check=False)
            self.assertIn("Verification: OK", seen.stdout + seen.stderr)

    def test_the_pods_of_the_overlay(self):
        items = manifests.load("overlays/mtls")
        pods = manifests.pods(items)
        container = manifests.containers(pods["cache-invalidation"])["server"]
        mounted = manifests.mount_path(container, "tls")
        here = {mounted: str(self.directory / "server"), manifests.mount_path(container, "policy"): str(self.directory)}
        flags = [f"--{flag}={self.placed(value, here)}" for flag, value in manifests.flags(container).items()]
        (self.directory / "policy.yaml").write_text(items["ConfigMap", "cache-invalidation-policy"]["data"]["policy.yaml"])
        own = [flag for flag in flags if not re.match("--(data_dir|durability|grpc_port|http_port)=", flag)]
        with server.running(os.environ["SERVER"], self.directory, own) as ports:
            for probe in (container[name] for name in container if name.endswith("Probe")):
                with urllib.request.urlopen(f"http://127.0.0.1:{ports['http']}{probe['httpGet']['path']}") as response:
                    self.assertEqual(response.status, 200)
            job = manifests.containers(pods["cache-invalidation-rules"])["apply"]
            (self.directory / "rules.yaml").write_text(items["ConfigMap", "cache-invalidation-rules"]["data"]["rules.yaml"])
            places = {manifests.mount_path(job, "rules"): str(self.directory), manifests.mount_path(job, "tls"): str(self.directory / "rules")}
            variables = {variable["name"]: self.placed(variable["value"], places) for variable in job["env"]}
            variables["CACHE_INVALIDATION_ENDPOINT"] = f"localhost:{ports['grpc']}"
            done = self.cachectl(ports["grpc"], *(self.placed(argument, places) for argument in job["args"]), **variables)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.check_the_client(ports, variables)
            self.check_the_source(ports, variables)
            self.check_a_sink(ports, variables)
            without = self.cachectl(ports["grpc"], "--timeout=1s", "stats")
            self.assertEqual(without.returncode, 6, without.stdout)

    def check_the_client(self, ports, variables):
        """The other principal of the policy may write, and no more."""
        own = {name: value.replace("/rules/", "/orders/") for name, value in variables.items()}
        self.assertNotEqual(own, variables)
        written = self.cachectl(ports["grpc"], "write", "user", "1", **own)
        self.assertEqual(written.returncode, 0, written.stderr)
        refused = self.cachectl(ports["grpc"], "apply", "--file=rules.yaml", **own)
        self.assertIn("PERMISSION_DENIED: namespace: the caller needs the role admin in \"default\"", refused.stderr)

    def check_the_source(self, ports, variables):
        """With its certificate it may do all that a source does, and no more."""
        own_files = self.directory / "connector"
        config = connector.configuration(own_files, "source", "mtls", endpoint=f"localhost:{ports['grpc']}")
        code, output = connector.check(os.environ["CONNECT"], own_files, config)
        self.assertEqual(code, 1, output)
        # The database is away, not the service.
        self.assertIn("error: database: ", output)
        self.assertNotIn("error: service: ", output)
        config["service"].pop("tls")
        self.assertIn("error: service: ", connector.check(os.environ["CONNECT"], own_files, config)[1])
        own = {name: value.replace("/rules/", "/connector/") for name, value in variables.items()}
        for call in (["write", "user", "1"], ["invalidate", "--everything"]):
            done = self.cachectl(ports["grpc"], *call, **own)
            self.assertEqual(done.returncode, 0, done.stderr)
        refused = self.cachectl(ports["grpc"], "apply", "--file=rules.yaml", **own)
        self.assertIn("PERMISSION_DENIED", refused.stderr)

    def check_a_sink(self, ports, variables):
        """A reader hears events, and may not write."""
        own_files = self.directory / "sink"
        config = connector.configuration(own_files, "http", endpoint=f"localhost:{ports['grpc']}")
        names = {"ca_file": "ca.crt", "cert_file": "tls.crt", "key_file": "tls.key"}
        config["service"]["tls"] = {key: str(own_files / file) for key, file in names.items()}
        with connector.running(os.environ["CONNECT"], own_files, config) as sink:
            sink.await_page("/metrics", 'sink_connected{endpoint="http://127.0.0.1:1/ 127.0.0.1"} 1\n')
        own = {name: value.replace("/rules/", "/sink/") for name, value in variables.items()}
        self.assertIn("PERMISSION_DENIED", self.cachectl(ports["grpc"], "write", "user", "1", **own).stderr)

    @staticmethod
    def placed(text, places):
        """The text with the paths of the test in place of those of the pod."""
        for mounted, here in sorted(places.items(), reverse=True):
            text = text.replace(f"{mounted}/", f"{here}/")
        return text


if __name__ == "__main__":
    unittest.main()
