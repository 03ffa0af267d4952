#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A deliberately naive model of what writes invalidate, made from docs/design.md alone.

No index, no cleverness, nothing shared with the server: plain loops over plain lists, so that a
reader can check it against the design, and the server can be checked against it.

A target is a pair (order, name): tags come before keys before patterns. A step is a dict from
target to kind. Names sort bytewise, as UTF-8.

  naive_model.py RULES CAPTURE [--dependencies FILE]

prints one JSON line for each transaction of the capture, and one for the flush at the end.
"""

import argparse
import json
import re
import sys

import yaml

import default_rules
import templates
import wal2json_writes

TAG, KEY, PATTERN = 0, 1, 2
TARGET_NAMES = {TAG: "tag", KEY: "key", PATTERN: "pattern"}
EVICT, MARK_STALE = "EVICT", "MARK_STALE"
UNLIMITED = 1000
# What templates can be filled in with, as templates.needs says it.
NOTHING, CONTEXT, WRITTEN_ID = range(3)
MAX_PENDING = 10_000
# What the conditions of the demo's rules mean, by their text.
CONDITIONS = {
    "": lambda write: True,
    'operation != "update" || "status" in context.fields_changed':
        lambda write: write["operation"] != "update" or "status" in write["context"]["fields_changed"],
}


class Model:
    """One namespace: rules, relationships, declared dependencies, the pending batch, counters."""

    def __init__(self):
        self.rules = {rule["name"]: rule for rule in default_rules.default_rules()}
        self.relationships = {}
        self.edges = []  # (dependent key, name of the tag or key it was computed from)
        self.pending = set()
        self.pending_dependents = set()
        self.executions = {}
        self.counters = dict.fromkeys(["immediate", "batched", "lazy", "cascade", "widened"], 0)

    def register(self, document):
        for rule in document.get("rules", []):
            assert rule.get("condition", "") in CONDITIONS, "a condition that is not modelled"
            self.rules[rule["name"]] = rule
        for relationship in document.get("relationships", []):
            self.relationships[relationship_name(relationship)] = relationship

    def add_dependency(self, key, depends_on):
        self.edges += [(key, name) for name in depends_on]

    def apply(self, writes):
        """One InvalidateByWrites. Answers its events: its own, and the flush of a batch it filled."""
        steps = [self.direct_step(writes), self.relationship_step(writes)]
        for rule in sorted(self.rules.values(), key=lambda r: (-r.get("priority", 0), r["name"].encode())):
            steps.append(self.rule_step(rule, writes))
        events = []
        if any(steps):
            events.append(self.own_event(steps))
        if len(self.pending) >= MAX_PENDING:
            events += self.flush()
        return events

    # Steps.

    def direct_step(self, writes):
        step = {}
        for write in writes:
            self.counters["immediate"] += 1
            if write["id"]:
                tags = resource_tags(write) + [f"{write['type']}:#all"]
            else:
                tags = [write["type"]]
                self.counters["widened"] += 1
            add(step, tags + write["tags"], EVICT)
        return step

    def relationship_step(self, writes):
        step = {}
        for write in writes:
            reached = Expansion(write, self.relationships.values())
            reached.expand(write["type"], WRITTEN_ID if write["id"] else NOTHING, UNLIMITED)
            self.counters["immediate"] += len(reached.traversed)
            self.counters["widened"] += len(reached.widened)
            add(step, reached.tags, EVICT)
        return step

    def rule_step(self, rule, writes):
        """What the rule adds to the command's own event; a batched rule adds to the batch instead."""
        step = {}
        strategy = rule.get("strategy", "INVALIDATION_STRATEGY_IMMEDIATE").rsplit("_", 1)[1].lower()
        for write in writes:
            if not rule.get("enabled", True) or not is_triggered(rule, write):
                continue
            # Of rows that nobody looked at nobody knows.
            if write["id"] and not CONDITIONS[rule.get("condition", "")](write):
                continue
            self.counters[strategy] += 1
            self.executions[rule["name"]] = self.executions.get(rule["name"], 0) + 1
            tags, widened = self.rule_tags(rule, write, strategy)
            self.counters["widened"] += len(widened)
            add(step, tags, MARK_STALE if strategy == "lazy" else EVICT)
            if rule.get("pattern"):
                step[PATTERN, rule["pattern"]] = MARK_STALE if strategy == "lazy" else EVICT
        if strategy == "batched":
            self.pending |= set(step)
            self.pending_dependents |= self.spread(step)[0]
            return {}
        return step

    def rule_tags(self, rule, write, strategy):
        tags, widened = set(), set()
        for template in rule.get("invalidate_tags", []):
            rendered, prefixes = templates.render(template, write)
            tags |= rendered | prefixes
            widened |= prefixes

        attached = rule.get("relationships", [])
        for relationship in attached:
            reached = Expansion(write, list(self.relationships.values()) + attached)
            written = relationship["source_type"] == write["type"] and write["id"] != ""
            reached.follow(relationship, WRITTEN_ID if written else NOTHING, UNLIMITED)
            tags |= reached.tags
            widened |= reached.widened

        if strategy == "cascade":
            for tag in sorted(tags):
                reached = Expansion(write, self.relationships.values())
                reached.expand(tag.split(":")[0], NOTHING, UNLIMITED)
                tags |= reached.tags
                widened |= reached.widened
        return tags, widened

    # Events.

    def own_event(self, steps):
        kinds = {}
        for step in steps:
            for target, kind in step.items():
                if kinds.get(target) != EVICT:
                    kinds[target] = kind
        evicted, touched = self.spread({target for target in kinds if kinds[target] == EVICT})
        marked, _ = self.spread({target for target in kinds if kinds[target] == MARK_STALE}, touched)
        dependents = dict.fromkeys(marked, MARK_STALE) | dict.fromkeys(evicted, EVICT)

        event, placed = [], set()
        for step in steps + [dependents]:
            for target in in_order(step):
                if target not in placed:
                    event.append((kinds.get(target) or dependents[target], target))
                    placed.add(target)
        self.forget_pending({target for kind, target in event if kind == EVICT})
        return event

    def forget_pending(self, evicted):
        """What is evicted now needs no eviction at the flush."""

        def is_covered(target):
            order, name = target
            above = [name[:end] for end, character in enumerate(name) if character == ":" and order == TAG]
            return target in evicted or any((TAG, tag) in evicted for tag in above)

        self.pending = {target for target in self.pending if not is_covered(target)}
        self.pending_dependents = {target for target in self.pending_dependents if not is_covered(target)}

    def flush(self):
        everything = self.pending | self.pending_dependents
        if not everything:
            return []
        dependents = (self.spread(everything)[0] | self.pending_dependents) - self.pending
        event = [(EVICT, target) for target in in_order(self.pending) + in_order(dependents)]
        self.pending, self.pending_dependents = set(), set()
        return [event]

    def spread(self, targets, untouchable=frozenset()):
        """Answers the keys that the targets reach over any number of dependency edges, and everything
        they hit, themselves included. What is untouchable is as good as not there."""
        reached = set(targets)
        for order, pattern in targets:
            if order == PATTERN:  # hits its keys by itself, so they are not named for it
                names = {name for edge in self.edges for name in edge}
                reached |= {(KEY, name) for name in names if re.fullmatch(pattern, name)} - untouchable
        dependents = set()
        grown = True
        while grown:
            grown = False
            for key, name in self.edges:
                dependent = (KEY, key)
                if dependent not in dependents | untouchable and is_hit(name, reached):
                    dependents.add(dependent)
                    reached.add(dependent)
                    grown = True
        return dependents, reached


class Expansion:
    """Follows relationships from one write over every path and keeps the union of what they reach."""

    def __init__(self, write, relationships):
        self.write = write
        self.relationships = list(relationships)
        self.tags = set()
        self.widened = set()
        self.traversed = set()

    def expand(self, type_name, scope, left):
        if left == 0:
            return
        for relationship in self.relationships:
            if relationship["source_type"] == type_name:
                if self.follow(relationship, scope, left):
                    self.traversed.add(relationship_name(relationship))

    def follow(self, relationship, scope, left):
        """Answers whether it named anything."""
        left = min(left, relationship["cascade_depth"]) - 1
        template = relationship.get("target_tag_template", "")
        tags, prefixes = set(), set()
        if not template:
            tags, leads_on = set(relationship["target_types"]), NOTHING
        elif scope < templates.needs(template):
            prefixes, leads_on = set(relationship["target_types"]), NOTHING
        else:
            tags, prefixes = templates.render(template, self.write)
            named_id = templates.needs(template) == WRITTEN_ID
            leads_on = NOTHING if prefixes else WRITTEN_ID if named_id else min(scope, CONTEXT)
        self.tags |= tags | prefixes
        self.widened |= prefixes
        if tags or prefixes:
            for target in relationship["target_types"]:
                self.expand(target, leads_on, left)
        return bool(tags or prefixes)


def add(step, tags, kind):
    for tag in tags:
        if step.get((TAG, tag)) != EVICT:
            step[TAG, tag] = kind


def resource_tags(write):
    """With the id as it came, and escaped where that is another and fits."""
    tags = [f"{write['type']}:{form}" for form in sorted(templates.forms(write["id"]), key=len)]
    return tags[:1] + [tag for tag in tags[1:] if templates.fits(tag)]


def in_order(targets):
    return sorted(targets, key=lambda target: (target[0], target[1].encode()))


def is_triggered(rule, write):
    for trigger in rule["trigger_tags"]:
        carried = [write["type"]] + write["tags"]
        if write["id"]:
            carried += resource_tags(write)
        elif trigger.startswith(write["type"] + ":"):
            return True  # a write to the whole type is one to every row
        if any(tag == trigger or tag.startswith(trigger + ":") for tag in carried):
            return True
    return False


def is_hit(name, reached):
    """Whether what was computed from `name`, the key or the tag, is wrong now."""
    return any(
        target == name or (order == TAG and name.startswith(target + ":")) for order, target in reached
        if order != PATTERN
    )


def relationship_name(relationship):
    cardinality = relationship.get("cardinality", "CARDINALITY_ONE_TO_MANY")
    default = [relationship["source_type"], cardinality] + sorted(relationship["target_types"])
    return relationship.get("name") or "|".join(default)


def as_json(event):
    return {"invalidations": [{"kind": kind, TARGET_NAMES[order]: name} for kind, (order, name) in event]}


def load_model(rules_path, dependencies_path=None):
    model = Model()
    with open(rules_path, encoding="utf-8") as file:
        model.register(yaml.safe_load(file))
    if dependencies_path:
        with open(dependencies_path, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    key, *depends_on = line.split()
                    model.add_dependency(key, depends_on)
    return model


def predict(model, capture_path):
    """Yields (transaction number, events); None as the number of the final flush."""
    with open(capture_path, encoding="utf-8") as file:
        for number, writes in wal2json_writes.read_transactions(file):
            yield number, model.apply(writes) if writes else []
    yield None, model.flush()


def main():
    parser = argparse.ArgumentParser(description="Predicts the events of a capture.")
    parser.add_argument("rules")
    parser.add_argument("capture")
    parser.add_argument("--dependencies")
    options = parser.parse_args()
    for number, events in predict(load_model(options.rules, options.dependencies), options.capture):
        line = {"transaction": number} if number else {"flush": True}
        line["events"] = [as_json(event) for event in events]
        json.dump(line, sys.stdout, ensure_ascii=False)
        print()


if __name__ == "__main__":
    main()
