# SPDX-License-Identifier: Apache-2.0
"""What the tests ask of rendered manifests."""

import copy
import functools
import re

import render


@functools.cache
def _rendered(name):
    return render.render(f"deploy/{name}")


def load(name):
    """The objects of deploy/NAME, by kind and name."""
    return {render.identity(item): copy.deepcopy(item) for item in _rendered(name)}


def pods(items):
    """The specification of each pod, by the name of what makes it."""
    return {name: item["spec"]["template"]["spec"] for (kind, name), item in items.items() if kind in ("StatefulSet", "Job")}


def containers(pod):
    """All containers of a pod, sidecars too, by name."""
    return {container["name"]: container for container in pod.get("initContainers", []) + pod["containers"]}


def flags(container):
    """The flags of a command line, without the dashes."""
    return dict(re.fullmatch(r"--([^=]+)=(.*)", argument).groups() for argument in container["args"])


def mount_path(container, volume):
    """Where the container sees the volume of the pod."""
    (found,) = [mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] == volume]
    return found


def seconds(text):
    """The value of a duration like 20s or 1m."""
    number, unit = re.fullmatch(r"(\d+)(s|m|h)", text).groups()
    return int(number) * {"s": 1, "m": 60, "h": 3600}[unit]


def count_of_bytes(text):
    """The value of a quantity like 2Gi."""
    number, unit = re.fullmatch(r"(\d+)(Ki|Mi|Gi)", text).groups()
    return int(number) << {"Ki": 10, "Mi": 20, "Gi": 30}[unit]


def port_number(pod, port):
    """The number of a port of the pod, given by number or name."""
    if isinstance(port, int):
        return port
    found = [p["containerPort"] for c in containers(pod).values() for p in c.get("ports", []) if p.get("name") == port]
    if len(found) != 1:
        raise ValueError(f"{len(found)} ports are called {port}")
    return found[0]
