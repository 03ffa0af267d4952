# SPDX-License-Identifier: Apache-2.0
"""Renders a kustomization as `kubectl kustomize` does, as far as deploy/ uses it. Debian has no kustomize of today.

  render.py FOLDER     prints the objects as JSON

It knows `resources` (files and other kustomizations), `patches` (merged by name, or JSON 6902), `configMapGenerator`
without a hash, `nameSuffix`, and `labels` that selectors get as well. Anything else in a kustomization fails: what this
cannot render, it must not pass over.
"""

import copy
import json
import pathlib
import sys

import yaml

_KNOWN = {"apiVersion", "kind", "resources", "patches", "configMapGenerator", "generatorOptions", "nameSuffix", "labels"}


def _expect_keys(value, known, where):
    unknown = set(value) - known
    if unknown:
        raise ValueError(f"{where}: cannot render {sorted(unknown)}")


def identity(item):
    """What two objects of a cluster's namespace may not share."""
    return item["kind"], item["metadata"]["name"]


def merged(old, new):
    """A strategic merge: maps by key, lists of named items by name, everything else is replaced. None removes a key."""
    if isinstance(old, dict) and isinstance(new, dict):
        result = dict(old)
        for key, value in new.items():
            if value is None:
                result.pop(key, None)
            else:
                result[key] = merged(old[key], value) if key in old else copy.deepcopy(value)
        return result
    if _is_named(old) and _is_named(new):
        changes = {item["name"]: item for item in new}
        result = [merged(item, changes.pop(item["name"])) if item["name"] in changes else item for item in old]
        # kustomize puts what is new in front.
        return list(changes.values()) + result
    return copy.deepcopy(new)


def _is_named(value):
    return isinstance(value, list) and all(isinstance(item, dict) and "name" in item for item in value)


def with_operations(item, operations):
    """JSON 6902: `replace` and `remove` of what exists, and `add` to a map or at the end of a list."""
    result = copy.deepcopy(item)
    for operation in operations:
        _expect_keys(operation, {"op", "path", "value"}, "a patch")
        *path, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        place = result
        for part in path:
            place = place[int(part)] if isinstance(place, list) else place[part]
        if operation["op"] == "add" and isinstance(place, list) and last == "-":
            place.append(operation["value"])
            continue
        key = int(last) if isinstance(place, list) else last
        if operation["op"] == "remove":
            del place[key]
            continue
        if operation["op"] == "replace":
            place[key]  # raises if there is nothing to replace
        elif operation["op"] != "add" or not isinstance(place, dict):
            raise ValueError(f"cannot render the operation {operation['op']} of {operation['path']}")
        place[key] = operation["value"]
    return result


def _patched(items, patch, folder):
    _expect_keys(patch, {"path", "patch", "target"}, "patches")
    text = (folder / patch["path"]).read_text() if "path" in patch else patch["patch"]
    content = yaml.safe_load(text)
    if isinstance(content, list):
        _expect_keys(patch["target"], {"kind", "name"}, "target")
        target = (patch["target"]["kind"], patch["target"]["name"])
        change = with_operations
    else:
        target = identity(content)
        change = merged
    if target not in items:
        raise ValueError(f"there is no {target} to patch")
    items[target] = change(items[target], content)


def _config_map(generator, options, folder):
    _expect_keys(generator, {"name", "files", "options", "behavior"}, "configMapGenerator")
    if options.get("disableNameSuffixHash") is not True:
        raise ValueError("cannot render a ConfigMap with a hash in its name")
    metadata = {"name": generator["name"]}
    own = generator.get("options", {})
    _expect_keys(own, {"labels"}, "options")
    if "labels" in own:
        metadata["labels"] = own["labels"]
    data = {}
    for name in generator["files"]:
        path = folder / name
        # Not by what links lead to: under Bazel every file is one.
        if ".." in path.relative_to(folder).parts or pathlib.PurePath(name).is_absolute():
            raise ValueError(f"{name}: kustomize reads no files outside the folder")
        data[path.name] = path.read_text()
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _generate(items, generators, options, folder):
    for generator in generators:
        new = _config_map(generator, options, folder)
        if generator.get("behavior", "create") == "create":
            _add(items, [new])
        elif generator["behavior"] != "replace" or identity(new) not in items:
            raise ValueError(f"cannot render the behavior {generator['behavior']} of {generator['name']}")
        else:
            labels = {**items[identity(new)]["metadata"].get("labels", {}), **new["metadata"].get("labels", {})}
            items[identity(new)] = {**new, "metadata": {**new["metadata"], **({"labels": labels} if labels else {})}}


def _references(item):
    """(kind, place, key) of each name of another object, as far as kustomize changes it with that object."""
    spec = item.get("spec", {})
    if "serviceName" in spec:
        yield "Service", spec, "serviceName"
    for volume in spec.get("template", {}).get("spec", {}).get("volumes", []):
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"], "name"


def _with_suffix(items, suffix):
    """The objects with longer names, and what they call each other. What is not among them keeps its name."""
    for item in items.values():
        for kind, place, key in _references(item):
            if (kind, place[key]) in items:
                place[key] += suffix
    for item in items.values():
        item["metadata"]["name"] += suffix
    return {identity(item): item for item in items.values()}


def _put_labels(item, entry):
    """Labels of an object, of its pods, and of what selects them."""
    _expect_keys(entry, {"pairs", "includeSelectors"}, "labels")
    if entry.get("includeSelectors") is not True:
        raise ValueError("cannot render labels without selectors")
    spec = item.get("spec", {})
    places = [item["metadata"].setdefault("labels", {})]
    if item["kind"] == "Service":
        places.append(spec["selector"])
    elif item["kind"] == "NetworkPolicy":
        peers = [peer for rule in spec.get("ingress", []) + spec.get("egress", []) for peer in rule.get("from", rule.get("to", []))]
        selectors = [spec["podSelector"], *(peer.get("podSelector", {}) for peer in peers)]
        places += [selector["matchLabels"] for selector in selectors if "matchLabels" in selector]
    elif item["kind"] == "StatefulSet":
        places += [spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"]]
        claims = spec.get("volumeClaimTemplates", [])
        places += [claim["metadata"].setdefault("labels", {}) for claim in claims]
    elif item["kind"] != "ConfigMap":
        raise ValueError(f"cannot render labels of the kind {item['kind']}")
    for place in places:
        place.update(entry["pairs"])


def _add(items, new):
    for item in new:
        if identity(item) in items:
            raise ValueError(f"{identity(item)} is there twice")
        items[identity(item)] = item


def render(folder):
    """The objects of the kustomization in the folder."""
    folder = pathlib.Path(folder)
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    _expect_keys(kustomization, _KNOWN, folder)
    options = kustomization.get("generatorOptions", {})
    _expect_keys(options, {"disableNameSuffixHash"}, "generatorOptions")
    items = {}
    for name in kustomization.get("resources", []):
        path = folder / name
        _add(items, render(path) if path.is_dir() else yaml.safe_load_all(path.read_text()))
    _generate(items, kustomization.get("configMapGenerator", []), options, folder)
    for patch in kustomization.get("patches", []):
        _patched(items, patch, folder)
    items = _with_suffix(items, kustomization.get("nameSuffix", ""))
    for item in items.values():
        for entry in kustomization.get("labels", []):
            _put_labels(item, entry)
    return list(items.values())


if __name__ == "__main__":
    print(json.dumps(render(sys.argv[1]), indent=2))
