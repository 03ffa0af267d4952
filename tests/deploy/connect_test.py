# SPDX-License-Identifier: Apache-2.0
"""The manifests of deploy/connect: they name what exists, their configurations are accepted, and their pods run.

$SERVER and $CONNECT are the programs. Runs at the top of the tree.
"""

import os
import pathlib
import re
import signal
import tempfile
import unittest

import connector
import manifests
import render
import restricted
import server
import yaml

NAME, INSTANCE = "app.kubernetes.io/name", "app.kubernetes.io/instance"
KINDS = ["source", "redis", "http"]


def selects(selector, labels):
    """Whether a selector of pods selects one with the labels."""
    expressions = selector.get("matchExpressions", [])
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        expression["operator"] == "In" and labels.get(expression["key"]) in expression["values"] for expression in expressions
    )


class Checks:
    """Of every connector."""

    folder = None  # unless it is the kind
    kind = None

    def setUp(self):
        self.folder = self.folder or self.kind
        self.items = manifests.load(f"connect/{self.folder}")
        self.name = f"cache-invalidation-connect-{self.kind}"
        self.set = self.items["StatefulSet", self.name]["spec"]
        self.pod = self.set["template"]["spec"]
        self.container = manifests.containers(self.pod)["connect"]
        (text,) = self.items["ConfigMap", self.name]["data"].values()
        self.config = yaml.safe_load(text)
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(dir=os.environ["TEST_TMPDIR"])))

    def mounts(self):
        return {mount["name"]: mount["mountPath"] for mount in self.container["volumeMounts"]}

    def test_ports(self):
        (port,) = self.container["ports"]
        self.assertEqual(self.config["http"]["listen"], f"0.0.0.0:{port['containerPort']}")
        (service,) = self.items["Service", self.set["serviceName"]]["spec"]["ports"]
        self.assertEqual(manifests.port_number(self.pod, service["targetPort"]), port["containerPort"])
        self.assertEqual(service["port"], port["containerPort"])
        for probe in ("livenessProbe", "readinessProbe"):
            self.assertEqual(manifests.port_number(self.pod, self.container[probe]["httpGet"]["port"]), port["containerPort"])

    def test_it_connects_to_the_server_and_may(self):
        host, port = self.config["service"]["endpoint"].split(":")
        base = manifests.load("base")
        service = base["Service", host]["spec"]["ports"][0]
        self.assertEqual(service["port"], int(port))
        # The server lets it in ...
        labels = self.set["template"]["metadata"]["labels"]
        (peer,) = base["NetworkPolicy", host]["spec"]["ingress"][0]["from"]
        self.assertTrue(selects(peer["podSelector"], labels))
        # ... and its own policy out, with HAProxy before the server, too.
        egress = self.items["NetworkPolicy", self.name]["spec"]["egress"]
        (rule,) = [rule for rule in egress if "to" in rule]
        self.assertTrue(selects(rule["to"][0]["podSelector"], {NAME: "cache-invalidation"}))
        self.assertFalse(selects(rule["to"][0]["podSelector"], labels))
        entrances = {
            manifests.port_number(pods["cache-invalidation"], items["Service", host]["spec"]["ports"][0]["targetPort"])
            for items in (base, manifests.load("overlays/haproxy"))
            for pods in [manifests.pods(items)]
        }
        self.assertEqual({port["port"] for port in rule["ports"]}, entrances)
        # What it follows or feeds.
        elsewhere = {port["port"] for rule in egress if "to" not in rule for port in rule["ports"]} - {53}
        self.assertLessEqual(set(self.ports_of_others()), elsewhere)

    def test_names_of_other_objects_exist(self):
        self.assertIn(("Service", self.set["serviceName"]), self.items)
        text = pathlib.Path(f"deploy/connect/{self.folder}/kustomization.yaml").read_text()
        text += pathlib.Path(f"deploy/connect/{self.kind}/kustomization.yaml").read_text()
        comments = " ".join(line.strip("# ") for line in text.splitlines() if line.startswith("#"))
        secrets = set()
        for volume in self.pod["volumes"]:
            if "secret" in volume:
                # Not among the manifests: they say who makes it.
                self.assertIn(volume["secret"]["secretName"], comments)
                secrets.add(volume["secret"]["secretName"])
            else:
                self.assertIn(("ConfigMap", volume["configMap"]["name"]), self.items)
        self.assertIn(self.name, secrets)
        volumes = {volume["name"] for volume in self.pod["volumes"]}
        claims = {claim["metadata"]["name"] for claim in self.set.get("volumeClaimTemplates", [])}
        self.assertEqual(set(self.mounts()), volumes | claims)

    def test_files_are_on_volumes(self):
        (argument,) = [argument for argument in self.container["args"] if argument.startswith("--file=")]
        file = pathlib.PurePath(argument.partition("=")[2])
        self.assertEqual(str(file.parent), self.mounts()["configuration"])
        self.assertIn(file.name, self.items["ConfigMap", self.name]["data"])
        # A file that is mounted alone would never change.
        self.assertEqual([mount for mount in self.container["volumeMounts"] if "subPath" in mount], [])
        if "state_file" in self.config:
            self.assertEqual(str(pathlib.PurePath(self.config["state_file"]).parent), self.mounts()["state"])
        else:
            self.assertNotIn("state", self.mounts())
        for path in re.findall(r"\$\{file:([^}]*)\}", yaml.safe_dump(self.config)):
            self.assertEqual(path, f"{self.mounts()['secret']}/{'postgres' if self.kind == 'source' else 'redis'}")

    def test_selectors_select_its_own_pods(self):
        own = {NAME: "cache-invalidation-connect", INSTANCE: self.kind}
        labels = self.set["template"]["metadata"]["labels"]
        self.assertLessEqual(own.items(), labels.items())
        self.assertEqual(self.set["selector"]["matchLabels"], own)
        self.assertEqual(self.items["Service", self.name]["spec"]["selector"], own)
        self.assertEqual(self.items["NetworkPolicy", self.name]["spec"]["podSelector"]["matchLabels"], own)

    def test_pods_are_restricted(self):
        self.assertEqual(restricted.violations(self.pod), [])
        self.assertIs(self.pod["automountServiceAccountToken"], False)
        self.assertIs(self.container["securityContext"]["readOnlyRootFilesystem"], True)
        self.assertIn("memory", self.container["resources"]["limits"])
        self.assertEqual(set(self.container["resources"]["requests"]), {"cpu", "memory"})
        self.assertEqual(self.set["replicas"], 1)

    def config_for_a_server(self):
        """The configuration for this machine, with a server; without certificates, which mtls_test has."""
        ports = self.enterContext(server.running(os.environ["SERVER"], self.directory))
        config = connector.configuration(self.directory, self.kind, self.folder, endpoint=f"127.0.0.1:{ports['grpc']}")
        config["service"].pop("tls", None)
        return config

    def test_the_configuration_is_accepted(self):
        config = self.config_for_a_server()
        code, output = connector.check(os.environ["CONNECT"], self.directory, config)
        # It is understood; only what it follows or feeds is away.
        self.assertEqual(code, 1, output)
        self.assertIn("error: ", output)
        self.assertNotIn("error: service: ", output)
        config["service"]["unknown"] = 1
        code, output = connector.check(os.environ["CONNECT"], self.directory, config)
        self.assertEqual(code, 2, output)
        self.assertIn("unknown", output)

    def test_the_pod_runs_and_stops(self):
        config = self.config_for_a_server()
        with connector.running(os.environ["CONNECT"], self.directory, config) as running:
            self.assertEqual(running.status(self.container["livenessProbe"]["httpGet"]["path"]), 200)
            # Nothing that it follows or feeds is there.
            self.assertEqual(running.status(self.container["readinessProbe"]["httpGet"]["path"]), 503)
            running.process.send_signal(signal.SIGTERM)
            self.assertEqual(running.process.wait(self.pod["terminationGracePeriodSeconds"]), 0)


class SourceTest(Checks, unittest.TestCase):
    kind = "source"

    def ports_of_others(self):
        self.assertNotIn("port=", self.config["source"]["postgres"]["connection"])
        return [5432]


class MtlsTest(SourceTest):
    folder = "mtls"

    def test_only_the_certificates_are_added(self):
        plain = yaml.safe_load(manifests.load("connect/source")["ConfigMap", self.name]["data"]["connect.yaml"])
        tls = self.config["service"].pop("tls")
        self.assertEqual(self.config, plain)
        names = {"ca_file": "ca.crt", "cert_file": "tls.crt", "key_file": "tls.key"}
        self.assertEqual(tls, {key: f"{self.mounts()['tls']}/{file}" for key, file in names.items()})


class RedisTest(Checks, unittest.TestCase):
    kind = "redis"

    def ports_of_others(self):
        return [int(self.config["sink"]["redis"]["address"].rpartition(":")[2])]


class HttpTest(Checks, unittest.TestCase):
    kind = "http"

    def ports_of_others(self):
        return [int(port) for url in self.config["sink"]["http"]["endpoints"] for port in re.findall(r":(\d+)/", url)] + [443]


class TogetherTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(dir=os.environ["TEST_TMPDIR"])))
        (self.directory / "deploy").symlink_to(pathlib.Path("deploy").resolve())

    def render(self, text):
        """The objects of a kustomization beside deploy/, by kind and name."""
        folder = self.directory / "my-folder"
        folder.mkdir()
        (folder / "kustomization.yaml").write_text(text)
        (folder / "connect.yaml").write_text("own\n")
        return {render.identity(item): item for item in render.render(folder)}

    def test_all_connectors_fit_beside_the_server(self):
        resources = ["overlays/production", "connect/monitoring", *(f"connect/{kind}" for kind in KINDS)]
        items = self.render(yaml.safe_dump({"resources": [f"../deploy/{name}" for name in resources]}))
        for kind in KINDS:
            self.assertIn(("StatefulSet", f"cache-invalidation-connect-{kind}"), items)
        self.assert_metrics_are_scraped_once(items, KINDS)

    def test_a_second_source_as_the_readme_makes_it(self):
        readme = pathlib.Path("deploy/README.md").read_text()
        (block,) = [text for text in re.findall(r"^```yaml\n(.*?)^```", readme, re.DOTALL | re.MULTILINE) if "nameSuffix" in text]
        items = self.render(block)
        name = "cache-invalidation-connect-source-billing"
        self.assertEqual(items["ConfigMap", name]["data"], {"connect.yaml": "own\n"})
        spec = items["StatefulSet", name]["spec"]
        self.assertEqual(spec["selector"]["matchLabels"][INSTANCE], "billing")
        names = {volume["name"]: volume for volume in spec["template"]["spec"]["volumes"]}
        self.assertEqual(names["configuration"]["configMap"]["name"], name)
        self.assertEqual(names["secret"]["secret"]["secretName"], name)

    def assert_metrics_are_scraped_once(self, items, kinds):
        spec = items["ServiceMonitor", "cache-invalidation-connect"]["spec"]
        wanted = {endpoint["port"] for endpoint in spec["endpoints"]}
        services = [item for (kind, _), item in items.items() if kind == "Service"]
        selected = [s for s in services if spec["selector"]["matchLabels"].items() <= s["metadata"]["labels"].items()]
        ports = [port["port"] for service in selected for port in service["spec"]["ports"] if port["name"] in wanted]
        self.assertEqual(ports, [7402] * len(kinds))
        self.assertEqual({s["metadata"]["labels"][spec["jobLabel"]] for s in selected}, {"cache-invalidation-connect"})
        # Prometheus may reach what it scrapes.
        policy = items["NetworkPolicy", "cache-invalidation-connect-metrics"]["spec"]
        self.assertEqual([port["port"] for rule in policy["ingress"] for port in rule["ports"]], [7402])
        for kind in kinds:
            labels = items["StatefulSet", f"cache-invalidation-connect-{kind}"]["spec"]["template"]["metadata"]["labels"]
            self.assertTrue(selects(policy["podSelector"], labels))

    def test_the_scrape_configuration_names_the_services(self):
        (scrape,) = yaml.safe_load(pathlib.Path("deploy/connect/monitoring/scrape.yaml").read_text())["scrape_configs"]
        (found,) = scrape["dns_sd_configs"]
        names = [name.split(".")[0] for name in found["names"]]
        self.assertEqual(names, [f"cache-invalidation-connect-{kind}" for kind in KINDS])
        for kind, name in zip(KINDS, names):
            (port,) = manifests.load(f"connect/{kind}")["Service", name]["spec"]["ports"]
            self.assertEqual(port["port"], found["port"])
        self.assertEqual(scrape["job_name"], "cache-invalidation-connect")


if __name__ == "__main__":
    unittest.main()
