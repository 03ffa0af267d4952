# SPDX-License-Identifier: Apache-2.0
"""What every kustomization of deploy/ renders are objects as Kubernetes knows them, and schema.mjs finds what is not.

$KUBERNETES_MODULES is where npm installed the types. Runs at the top of the tree.
"""

import copy
import json
import subprocess
import unittest

import render

KUSTOMIZATIONS = [
    *("base", "monitoring", "overlays/haproxy", "overlays/monitoring", "overlays/mtls", "overlays/production"),
    *(f"connect/{name}" for name in ("source", "redis", "http", "mtls", "monitoring")),
]


def findings(items):
    """The lines that schema.mjs prints."""
    command = ["node", "tests/deploy/schema.mjs"]
    done = subprocess.run(command, input=json.dumps(items), stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.splitlines()
    if done.returncode != (1 if lines else 0):
        raise RuntimeError(f"schema.mjs ended with {done.returncode}")
    return lines


def stateful_set():
    return copy.deepcopy(next(item for item in render.render("deploy/overlays/haproxy") if item["kind"] == "StatefulSet"))


def pod(item):
    return item["spec"]["template"]["spec"]


class SchemaTest(unittest.TestCase):
    def test_manifests_are_valid(self):
        for name in KUSTOMIZATIONS:
            with self.subTest(name):
                items = render.render(f"deploy/{name}")
                self.assertGreaterEqual(len(items), 3)
                self.assertEqual(findings(items), [])

    def test_examples_for_own_overlays_are_valid(self):
        """What every object has besides what ours has."""
        item = stateful_set()
        item["metadata"]["annotations"] = {"example.com/any": "value"}
        pod(item)["nodeSelector"] = {"any": "value"}
        self.assertEqual(findings([item]), [])

    def assert_found(self, change, *expected):
        item = stateful_set()
        change(item)
        found = findings([item])
        self.assertEqual(len(found), 1, found)
        for text in expected:
            self.assertIn(text, found[0])

    def test_unknown_fields_are_found(self):
        container = "/spec/template/spec/containers/0"
        for place, change in [
            ("/data", lambda item: item.update(data="none")),
            ("/sepc", lambda item: item.update(sepc={})),
            ("/metadata/lables", lambda item: item["metadata"].update(lables={})),
            ("/spec/replica", lambda item: item["spec"].update(replica=1)),
            ("/spec/template/spec/restartpolicy", lambda item: pod(item).update(restartpolicy="Always")),
            (f"{container}/readinesProbe", lambda item: pod(item)["containers"][0].update(readinesProbe={})),
            (
                f"{container}/livenessProbe/httpGet/url",
                lambda item: pod(item)["containers"][0]["livenessProbe"]["httpGet"].update(url="/"),
            ),
            (
                "/spec/template/spec/initContainers/0/securityContext/runAsNonroot",
                lambda item: pod(item)["initContainers"][0]["securityContext"].update(runAsNonroot=True),
            ),
            ("/spec/volumeClaimTemplates/0/spec/size", lambda item: item["spec"]["volumeClaimTemplates"][0]["spec"].update(size=1)),
        ]:
            with self.subTest(place):
                self.assert_found(change, f"unknown field {place}")

    def test_wrong_values_are_found(self):
        self.assert_found(lambda item: item["spec"].update(replicas="1"), "replicas")
        self.assert_found(lambda item: pod(item)["containers"][0].pop("name"), "name")
        self.assert_found(lambda item: pod(item).update(restartPolicy="Sometimes"), "restartPolicy")
        self.assert_found(lambda item: pod(item)["containers"][0]["resources"]["limits"].update(memory="2 GB"), "memory")
        self.assert_found(lambda item: item.update(kind="StatefullSet"), "there is no kind StatefullSet")

    def test_objects_of_the_operator_are_checked(self):
        for kind, change in [
            ("ServiceMonitor", lambda item: item["spec"]["endpoints"][0].update(ports="http")),
            ("PrometheusRule", lambda item: item["spec"]["groups"][0]["rules"][0].update(alerts="x")),
        ]:
            item = copy.deepcopy(next(item for item in render.render("deploy/monitoring") if item["kind"] == kind))
            change(item)
            self.assertEqual(len(findings([item])), 1, kind)


if __name__ == "__main__":
    unittest.main()
