# SPDX-License-Identifier: Apache-2.0
"""The manifests of deploy/ name what exists: ports, flags, files, variables and names of each other. Pods are restricted.

$SERVER and $CACHECTL are the programs. Runs at the top of the tree.
"""

import functools
import os
import pathlib
import re
import subprocess
import unittest

import manifests
import render
import restricted

LABEL = "app.kubernetes.io/name"


@functools.cache
def help_of(*command):
    return subprocess.run([*command, "--help"], stdout=subprocess.PIPE, text=True, check=False).stdout


def server_flags():
    """Default value by flag, as --help of the server prints them."""
    text = re.sub(r"\s+", " ", help_of(os.environ["SERVER"]))
    return {name: value.strip('"') for name, value in re.findall(r"--(\w+) \((?:(?!; --).)*?\); default: ([^;]*);", text)}


class Checks:
    """Of every overlay."""

    def setUp(self):
        self.items = manifests.load(self.overlay)
        self.pod = self.items["StatefulSet", "cache-invalidation"]["spec"]["template"]["spec"]

    def test_flags_exist(self):
        defaults = server_flags()
        self.assertEqual((defaults["grpc_port"], defaults["shutdown_grace"]), ("7400", "5s"))
        pod = self.pod
        self.assertLessEqual(set(manifests.flags(manifests.containers(pod)["server"])), set(defaults))

    def test_ports_are_those_of_the_server(self):
        items, pod = self.items, self.pod
        all_containers = manifests.containers(pod)
        flags = manifests.flags(all_containers["server"])
        ports = {port["name"]: port["containerPort"] for port in all_containers["server"]["ports"]}
        self.assertEqual(ports, {"grpc": int(flags["grpc_port"]), "http": int(flags["http_port"])})
        # Probes come from outside of the pod, and calls unless HAProxy takes them.
        self.assertEqual(flags.get("http_listen_address", flags["listen_address"]), "0.0.0.0")
        self.assertEqual(flags["listen_address"], "127.0.0.1" if "haproxy" in all_containers else "0.0.0.0")
        entrance = ports["grpc"]
        if "haproxy" in all_containers:
            given = {variable["name"]: variable["value"] for variable in all_containers["haproxy"]["env"]}
            self.assertEqual((given["GRPC_PORT"], given["HTTP_PORT"]), (flags["grpc_port"], flags["http_port"]))
            entrance = int(given["PROXY_PORT"])
            self.assertEqual(entrance, manifests.port_number(pod, "proxy"))
            config = items["ConfigMap", "cache-invalidation-haproxy"]["data"]["haproxy.cfg"]
            self.assertEqual(set(given), set(re.findall(r'"\$(\w+)"', config)))
        # A client reaches the server through HAProxy if there is one, and no other way.
        service = items["Service", "cache-invalidation"]["spec"]["ports"]
        self.assertEqual([manifests.port_number(pod, port["targetPort"]) for port in service], [entrance])
        policy = items["NetworkPolicy", "cache-invalidation"]["spec"]["ingress"]
        self.assertEqual([port["port"] for rule in policy for port in rule["ports"]], [entrance])
        headless = items["Service", "cache-invalidation-headless"]["spec"]["ports"]
        self.assertEqual([manifests.port_number(pod, port["targetPort"]) for port in headless], [ports["http"]])

    def test_the_time_to_stop_is_enough(self):
        pod = self.pod
        flags = manifests.flags(manifests.containers(pod)["server"])
        delay, grace = (manifests.seconds(flags[name]) for name in ("drain_delay", "shutdown_grace"))
        # Endpoints take about a second or two to change, and longer in a large cluster.
        self.assertGreaterEqual(delay, 3)
        # The process ends one second after the grace in any case, HAProxy after it.
        self.assertGreaterEqual(pod["terminationGracePeriodSeconds"], delay + grace + 5)

    def test_the_store_is_on_the_volume(self):
        items, pod = self.items, self.pod
        server = manifests.containers(pod)["server"]
        mounts = {mount["name"]: mount["mountPath"] for mount in server["volumeMounts"]}
        self.assertTrue(manifests.flags(server)["data_dir"].startswith(mounts["data"] + "/"))
        stateful_set = items["StatefulSet", "cache-invalidation"]["spec"]
        self.assertEqual([claim["metadata"]["name"] for claim in stateful_set["volumeClaimTemplates"]], ["data"])
        # A second server would be a service of its own.
        self.assertEqual(stateful_set["replicas"], 1)

    def test_names_of_other_objects_exist(self):
        items = self.items
        self.assertIn(("Service", items["StatefulSet", "cache-invalidation"]["spec"]["serviceName"]), items)
        for pod in manifests.pods(items).values():
            volumes = {volume["name"] for volume in pod.get("volumes", [])} | {"data"}
            for volume in pod.get("volumes", []):
                if "secret" in volume:
                    # Not among the manifests: they say who makes it.
                    self.assertIn(volume["secret"]["secretName"], pathlib.Path(f"deploy/{self.overlay}/kustomization.yaml").read_text())
                else:
                    self.assertIn(("ConfigMap", volume["configMap"]["name"]), items)
            for container in manifests.containers(pod).values():
                self.assertLessEqual({mount["name"] for mount in container["volumeMounts"]}, volumes)

    def test_selectors_select(self):
        items = self.items
        server = {LABEL: "cache-invalidation"}
        labels = items["StatefulSet", "cache-invalidation"]["spec"]["template"]["metadata"]["labels"]
        self.assertEqual(labels, server)
        for (kind, name), item in items.items():
            selector = item.get("spec", {}).get("podSelector", item.get("spec", {}).get("selector"))
            if selector is not None:
                self.assertEqual(selector.get("matchLabels", selector), server, (kind, name))
        # The job is let in as a client, and no Service sends it calls.
        job = items["Job", "cache-invalidation-rules"]["spec"]["template"]["metadata"]["labels"]
        peer = items["NetworkPolicy", "cache-invalidation"]["spec"]["ingress"][0]["from"][0]
        self.assertLessEqual(peer["podSelector"]["matchLabels"].items(), job.items())
        self.assertNotEqual(job[LABEL], "cache-invalidation")

    def test_pods_are_restricted(self):
        items = self.items
        for name, pod in manifests.pods(items).items():
            self.assertEqual(restricted.violations(pod), [], name)
            self.assertIs(pod["automountServiceAccountToken"], False)
            for container in manifests.containers(pod).values():
                self.assertIs(container["securityContext"]["readOnlyRootFilesystem"], True)
                self.assertIn("memory", container["resources"]["limits"])
                self.assertEqual(set(container["resources"]["requests"]), {"cpu", "memory"})

    def test_the_job_calls_cachectl_as_it_is(self):
        items = self.items
        container = manifests.pods(items)["cache-invalidation-rules"]["containers"][0]
        (rules,) = [a.partition("=")[2] for a in container["args"] if a.startswith("--file=")]
        path = pathlib.PurePath(rules)
        self.assertEqual(str(path.parent), manifests.mount_path(container, "rules"))
        self.assertIn(path.name, items["ConfigMap", "cache-invalidation-rules"]["data"])
        cachectl_help = help_of(os.environ["CACHECTL"])
        for variable in container["env"]:
            self.assertIn(f"(Env:{variable['name']})", cachectl_help)
        endpoint = {variable["name"]: variable["value"] for variable in container["env"]}["CACHE_INVALIDATION_ENDPOINT"]
        name, port = endpoint.split(":")
        self.assertEqual(items["Service", name]["spec"]["ports"][0]["port"], int(port))


class BaseTest(Checks, unittest.TestCase):
    overlay = "base"


class HaproxyTest(Checks, unittest.TestCase):
    overlay = "overlays/haproxy"

    def test_haproxy_has_the_configuration_of_the_example(self):
        example = pathlib.Path("examples/haproxy/haproxy.cfg").read_text()
        self.assertEqual(self.items["ConfigMap", "cache-invalidation-haproxy"]["data"]["haproxy.cfg"], example)


class MtlsTest(Checks, unittest.TestCase):
    overlay = "overlays/mtls"

    def test_certificates_are_those_of_the_secrets(self):
        pods = manifests.pods(self.items)
        server = manifests.containers(pods["cache-invalidation"])["server"]
        job = manifests.containers(pods["cache-invalidation-rules"])["apply"]
        given = {name: value for name, value in manifests.flags(server).items() if name.startswith("tls_")}
        folder = manifests.mount_path(server, "tls")
        names = {"cert": "tls.crt", "key": "tls.key", "client_ca": "ca.crt"}
        self.assertEqual(given, {f"tls_{flag}_file": f"{folder}/{file}" for flag, file in names.items()})
        given = {variable["name"]: variable["value"] for variable in job["env"] if "_TLS_" in variable["name"]}
        folder = manifests.mount_path(job, "tls")
        names = {"CERT": "tls.crt", "KEY": "tls.key", "CA": "ca.crt"}
        self.assertEqual(given, {f"CACHE_INVALIDATION_TLS_{name}_FILE": f"{folder}/{file}" for name, file in names.items()})
        self.assertNotIn("allow_plaintext", manifests.flags(server))
        # A file that is mounted alone would never change.
        mounts = server["volumeMounts"] + job["volumeMounts"]
        self.assertEqual([mount for mount in mounts if "subPath" in mount], [])


class MonitoringTest(Checks, unittest.TestCase):
    overlay = "overlays/monitoring"

    def test_the_service_monitor_finds_the_metrics_once(self):
        items = self.items
        spec = items["ServiceMonitor", "cache-invalidation"]["spec"]
        wanted = {endpoint["port"] for endpoint in spec["endpoints"]}
        services = [item for (kind, _), item in items.items() if kind == "Service"]
        selected = [s for s in services if spec["selector"]["matchLabels"].items() <= s["metadata"]["labels"].items()]
        ports = [port["name"] for service in selected for port in service["spec"]["ports"] if port["name"] in wanted]
        self.assertEqual(ports, ["http"])
        # The job that alerts and dashboard name.
        self.assertEqual({service["metadata"]["labels"][spec["jobLabel"]] for service in selected}, {"cache-invalidation"})
        # Prometheus may reach what it scrapes.
        policy = items["NetworkPolicy", "cache-invalidation-metrics"]["spec"]["ingress"][0]["ports"]
        self.assertEqual([port["port"] for port in policy], [7401])


class ProductionTest(MonitoringTest):
    overlay = "overlays/production"


class SystemdTest(unittest.TestCase):
    """The unit starts the server as it is, and what rotates its audit log fits."""

    def setUp(self):
        self.unit = pathlib.Path("deploy/systemd/cache_invalidation.service").read_text()
        (program, flag_file) = re.search(r"^ExecStart=(\S+) --flagfile=(\S+)$", self.unit, re.MULTILINE).groups()
        self.assertEqual(pathlib.PurePath(program).name, pathlib.PurePath(os.environ["SERVER"]).name)
        lines = pathlib.Path("deploy/systemd", pathlib.PurePath(flag_file).name).read_text().splitlines()
        # Also those that are only proposed.
        self.flags = manifests.flags({"args": [line.lstrip("#") for line in lines if not line.startswith("# ")]})

    def value(self, name):
        (found,) = re.findall(rf"^{name}=(.*)$", self.unit, re.MULTILINE)
        return found

    def test_flags_and_times(self):
        self.assertLessEqual(set(self.flags), set(server_flags()))
        needed = sum(manifests.seconds(self.flags[name]) for name in ("drain_delay", "shutdown_grace")) + 5
        self.assertGreaterEqual(manifests.seconds(self.value("TimeoutStopSec")), needed)

    def test_directories(self):
        state, logs = f"/var/lib/{self.value('StateDirectory')}", f"/var/log/{self.value('LogsDirectory')}"
        self.assertEqual(str(pathlib.PurePath(self.flags["data_dir"]).parent), state)
        self.assertEqual(str(pathlib.PurePath(self.flags["audit_log"]).parent), logs)
        rotation = pathlib.Path("deploy/systemd/cache_invalidation.logrotate").read_text()
        self.assertIn(f"\n{self.flags['audit_log']} {{\n", rotation)
        self.assertIn("--signal=HUP --kill-who=main cache_invalidation.service\n", rotation)
        self.assertRegex(rotation, rf"su {self.value('User')} ")


class RestrictedTest(unittest.TestCase):
    """The check of pods finds what it is for."""

    def test_each_violation_is_found(self):
        for expected, change in [
            ("hostNetwork", lambda pod: pod.update(hostNetwork=True)),
            ("volume host: hostPath", lambda pod: pod.setdefault("volumes", []).append({"name": "host", "hostPath": {}})),
            ("server: runAsNonRoot is not true", lambda pod: pod["securityContext"].pop("runAsNonRoot")),
            ("server: runAsUser is 0", lambda pod: pod["securityContext"].update(runAsUser=0)),
            ("server: no seccomp profile", lambda pod: pod["securityContext"].pop("seccompProfile")),
            ("server: not all capabilities are dropped", lambda pod: pod["containers"][0]["securityContext"].pop("capabilities")),
            (
                "server: allowPrivilegeEscalation is not false",
                lambda pod: pod["containers"][0]["securityContext"].pop("allowPrivilegeEscalation"),
            ),
            ("server: hostPort", lambda pod: pod["containers"][0]["ports"][0].update(hostPort=1)),
        ]:
            pod = manifests.pods(manifests.load("base"))["cache-invalidation"]
            change(pod)
            self.assertEqual(restricted.violations(pod), [expected])


class RenderTest(unittest.TestCase):
    """Patches, and that nothing is passed over."""

    def test_strategic_merge(self):
        old = {"a": 1, "keep": 2, "gone": 3, "list": [1], "named": [{"name": "x", "v": 1}, {"name": "y", "v": 2}]}
        new = {"a": 4, "gone": None, "list": [5], "named": [{"name": "y", "w": 6}, {"name": "z"}]}
        expected = {"a": 4, "keep": 2, "list": [5], "named": [{"name": "z"}, {"name": "x", "v": 1}, {"name": "y", "v": 2, "w": 6}]}
        self.assertEqual(render.merged(old, new), expected)

    def test_operations(self):
        item = {"a": [{"b/c": 1}]}
        replace = {"op": "replace", "path": "/a/0/b~1c", "value": 2}
        self.assertEqual(render.with_operations(item, [replace]), {"a": [{"b/c": 2}]})
        append = {"op": "add", "path": "/a/-", "value": 3}
        self.assertEqual(render.with_operations(item, [append]), {"a": [{"b/c": 1}, 3]})
        for wrong in [{**replace, "path": "/a/0/d"}, {**replace, "op": "move"}]:
            self.assertRaises((KeyError, ValueError), render.with_operations, item, [wrong])

    def test_what_it_does_not_know_fails(self):
        folder = pathlib.Path(os.environ["TEST_TMPDIR"])
        for text in ["commonLabels: {a: b}", "configMapGenerator: [{name: x, files: []}]", "patches: [{patch: '{}', options: {}}]"]:
            (folder / "kustomization.yaml").write_text(text)
            with self.assertRaises(ValueError):
                render.render(folder)


if __name__ == "__main__":
    unittest.main()
