"""Renders a kustomization as `kubectl kustomize` does, as far as deploy/ uses it. Debian has no kustomize of today.

  render.py FOLDER     prints the objects as JSON

It knows `resources` (files and other kustomizations), `patches` (merged by name, or JSON 6902), and `configMapGenerator`
without a hash. Anything else in a kustomization fails: what this cannot render, it must not pass over.
"""

import copy
import json
import pathlib
import sys

import yaml

_KNOWN = {"apiVersion", "kind", "resources", "patches", "configMapGenerator", "generatorOptions"}


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
    """JSON 6902: `replace` of what exists, and `add` to a map or at the end of a list."""
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
    _expect_keys(generator, {"name", "files", "options"}, "configMapGenerator")
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
    _add(items, [_config_map(generator, options, folder) for generator in kustomization.get("configMapGenerator", [])])
    for patch in kustomization.get("patches", []):
        _patched(items, patch, folder)
    return list(items.values())


if __name__ == "__main__":
    print(json.dumps(render(sys.argv[1]), indent=2))
