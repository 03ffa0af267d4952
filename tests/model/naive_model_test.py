# SPDX-License-Identifier: Apache-2.0
"""The model's semantics, one sentence of the design at a time."""

import unittest

import naive_model


def write(type_name, resource_id, tags=(), **context):
    return {"type": type_name, "id": resource_id, "operation": "update", "context": context, "tags": list(tags)}


def rule(name, trigger, *tags, strategy="IMMEDIATE", **fields):
    return {"name": name, "trigger_tags": [trigger], "invalidate_tags": list(tags),
            "strategy": f"INVALIDATION_STRATEGY_{strategy}", **fields}


def relationship(source, *targets, depth=1, template="", name=""):
    return {"source_type": source, "target_types": list(targets), "cascade_depth": depth,
            "target_tag_template": template, "name": name}


def lines(event):
    return [f"{kind} {naive_model.TARGET_NAMES[order]} {name}" for kind, (order, name) in event]


def evicted(event):
    assert all(kind == "EVICT" for kind, _ in event)
    return [name for _, (_, name) in event]


class ModelTest(unittest.TestCase):
    def model(self, rules=(), relationships=(), dependencies=()):
        self.tested = naive_model.Model()
        self.tested.register({"rules": rules, "relationships": relationships})
        for key, *names in dependencies:
            self.tested.add_dependency(key, names)
        return self.tested

    def apply(self, *writes):
        (event,) = self.tested.apply(list(writes))
        return event


class Direct(ModelTest):
    def test_resource_and_collection_tag_but_not_the_type_tag(self):
        self.model()
        self.assertEqual(evicted(self.apply(write("user2", "7"))), ["user2:#all", "user2:7"])

    def test_both_forms_of_an_id_where_they_differ_and_fit(self):
        self.model([rule("raw", "t:a:b", "r"), rule("escaped", "t:a%3Ab", "e"), rule("other", "t:b", "o")])
        self.assertEqual(evicted(self.apply(write("t", "a:b"))), ["t:#all", "t:a%3Ab", "t:a:b", "e", "r"])
        self.assertEqual(evicted(self.apply(write("t", "a%3Ab"))), ["t:#all", "t:a%253Ab", "t:a%3Ab", "e"])
        self.assertEqual(evicted(self.apply(write("t", ":" * 400))), ["t:#all", "t:" + ":" * 400])

    def test_an_empty_id_concerns_the_type(self):
        model = self.model()
        self.assertEqual(evicted(self.apply(write("t", "", tags=["x"]))), ["t", "x"])
        self.assertEqual(model.counters["widened"], 1)

    def test_one_event_for_all_writes_sorted_bytewise(self):
        self.model()
        event = self.apply(write("t", "é"), write("t", "z"), write("t", "10"), write("t", "9"), write("t", "9"))
        self.assertEqual(evicted(event), ["t:#all", "t:10", "t:9", "t:z", "t:é"])


class Rules(ModelTest):
    def test_priority_then_name_give_the_order_of_steps(self):
        self.model([rule("b", "t", "b"), rule("a", "t", "a2", "a1"), rule("c", "t", "c", priority=1)])
        self.assertEqual(evicted(self.apply(write("t", "1")))[2:], ["c", "a1", "a2", "b"])

    def test_a_target_stands_at_its_first_step_with_its_strongest_kind(self):
        self.model([rule("lazy", "t", "x", "y", strategy="LAZY", priority=9), rule("now", "t", "x", "z")])
        self.assertEqual(lines(self.apply(write("t", "1")))[2:], ["EVICT tag x", "MARK_STALE tag y", "EVICT tag z"])

    def test_triggers_are_hierarchical(self):
        model = self.model([rule("r", "t:eu", "hit")])
        for written, fires in ((write("t", "eu"), True), (write("t", "eu:1"), True), (write("t", "eu2"), False),
                               (write("t", ""), True), (write("s", ""), False), (write("s", "1", tags=["t:eu:x"]), True)):
            self.assertEqual("hit" in evicted(self.apply(written)), fires, written)
        self.assertEqual(model.executions, {"r": 4})

    def test_a_rule_that_is_not_enabled_does_not_fire(self):
        self.model([rule("r", "t", "hit", enabled=False)])
        self.assertEqual(len(self.apply(write("t", "1"))), 2)

    def test_patterns_come_after_tags_within_a_step(self):
        self.model([rule("r", "t", "zzz", pattern="a.*")])
        self.assertEqual(lines(self.apply(write("t", "1")))[2:], ["EVICT tag zzz", "EVICT pattern a.*"])

    def test_a_default_rule(self):
        self.model([], [relationship("computed", "dashboard")])
        self.assertEqual(evicted(self.apply(write("pricing", "1")))[2:], ["computed", "dashboard", "query"])


class Relationships(ModelTest):
    def test_depth_is_the_minimum_of_what_is_left(self):
        self.model([], [relationship("user2", "session2", depth=2), relationship("session2", "navigation2"),
                        relationship("navigation2", "menu", depth=8)])
        self.assertEqual(evicted(self.apply(write("user2", "1")))[2:], ["navigation2", "session2"])

    def test_a_type_reached_with_more_depth_is_expanded_again(self):
        self.model([], [relationship("a", "b", depth=1), relationship("a", "c", depth=3),
                        relationship("c", "b", depth=2), relationship("b", "d", depth=1)])
        self.assertEqual(evicted(self.apply(write("a", "1")))[2:], ["b", "c", "d"])

    def test_cycles_are_fine(self):
        self.model([], [relationship("a", "b", depth=8), relationship("b", "a", depth=8)])
        self.assertEqual(evicted(self.apply(write("a", "1")))[2:], ["a", "b"])

    def test_scoped_hop_by_hop(self):
        chain = [relationship("a", "b", depth=2, template="b:{resource_id}"),
                 relationship("b", "c", template="c:{resource_id}")]
        self.model([], chain)
        self.assertEqual(evicted(self.apply(write("a", "1")))[2:], ["b:1", "c:1"])

    def test_behind_an_unscoped_hop_a_template_widens(self):
        model = self.model([], [relationship("a", "b", depth=2), relationship("b", "c", template="c:{resource_id}")])
        self.assertEqual(evicted(self.apply(write("a", "1")))[2:], ["b", "c"])
        self.assertEqual(model.counters["widened"], 1)

    def test_behind_a_tag_without_it_the_id_is_that_of_something_else(self):
        for first, tag in (("order:{context.o}", "order:61"), ("order:today", "order:today")):
            self.model([], [relationship("item", "order", depth=3, template=first),
                            relationship("order", "invoice", template="invoice:{resource_id}"),
                            relationship("order", "page", template="page:{context.o}")])
            self.assertEqual(evicted(self.apply(write("item", "5", o=61)))[2:], ["invoice", tag, "page:61"])

    def test_a_null_that_is_skipped_leads_nowhere_and_counts_nothing(self):
        model = self.model([], [relationship("a", "b", depth=2, template="b:{context.f|null=skip}"),
                                relationship("b", "c")])
        self.assertEqual(evicted(self.apply(write("a", "1", f=None)))[2:], [])
        self.assertEqual(model.counters["immediate"], 1)
        self.assertEqual(evicted(self.apply(write("a", "1", f=5)))[2:], ["b:5", "c"])
        self.assertEqual(model.counters["immediate"], 4)

    def test_an_empty_id_is_not_scoped(self):
        self.model([], [relationship("a", "b", template="b:{context.f}")])
        self.assertEqual(evicted(self.apply(write("a", "", f=1))), ["a", "b"])
        self.assertEqual(evicted(self.apply(write("a", "7", f=1)))[2:], ["b:1"])

    def test_attached_ones_expand_only_when_the_rule_fires(self):
        attached = [relationship("other", "x", depth=2), relationship("t", "y", template="y:{resource_id}")]
        self.model([rule("r", "t", strategy="LAZY", relationships=attached)], [relationship("x", "z")])
        self.assertEqual(lines(self.apply(write("t", "1")))[2:],
                         ["MARK_STALE tag x", "MARK_STALE tag y:1", "MARK_STALE tag z"])
        self.assertEqual(len(self.apply(write("other", "1"))), 2)


class Dependencies(ModelTest):
    def test_they_follow_transitively_and_stand_last(self):
        self.model([rule("r", "t", "zzz")], [], [("k2", "k1"), ("k1", "t:1"), ("k0", "t:#all"), ("k9", "t:2")])
        self.assertEqual(lines(self.apply(write("t", "1")))[2:],
                         ["EVICT tag zzz", "EVICT key k0", "EVICT key k1", "EVICT key k2"])

    def test_a_tag_above_hits_too(self):
        self.model([], [], [("k", "t:1:x")])
        self.assertEqual(evicted(self.apply(write("t", "")))[1:], ["k"])
        self.assertEqual(evicted(self.apply(write("t", "1")))[2:], ["k"])

    def test_dependents_of_keys_that_a_pattern_matches_but_not_those_keys(self):
        self.model([rule("r", "t", pattern="p[0-9]")], [], [("top", "p1"), ("p2", "other")])
        self.assertEqual(evicted(self.apply(write("t", "1")))[2:], ["p[0-9]", "top"])

    def test_a_key_that_a_pattern_matches_is_named_when_an_edge_reaches_it_too(self):
        self.model([rule("r", "t", pattern="p[0-9]")], [], [("p1", "t:1"), ("p2", "p1"), ("p3", "other")])
        self.assertEqual(evicted(self.apply(write("t", "1")))[2:], ["p[0-9]", "p1", "p2"])

    def test_marking_does_not_touch_what_is_evicted(self):
        self.model([rule("r", "t", pattern="p.*"), rule("s", "t", "x", strategy="LAZY")], [], [("p", "x"), ("k", "p")])
        self.assertEqual(lines(self.apply(write("t", "1")))[2:],
                         ["EVICT pattern p.*", "MARK_STALE tag x", "EVICT key k"])

    def test_the_strongest_kind_wins(self):
        self.model([rule("r", "t", "x", strategy="LAZY")], [], [("a", "x"), ("b", "x", "t:1")])
        self.assertEqual(lines(self.apply(write("t", "1")))[2:],
                         ["MARK_STALE tag x", "MARK_STALE key a", "EVICT key b"])

    def test_cycles_are_fine(self):
        self.model([], [], [("a", "b", "t:1"), ("b", "a")])
        self.assertEqual(evicted(self.apply(write("t", "1")))[2:], ["a", "b"])


class Batches(ModelTest):
    def test_targets_wait_for_the_flush(self):
        model = self.model([rule("r", "t", "z", "b:{resource_id}", strategy="BATCHED")], [], [("k", "b:1"), ("m", "k")])
        self.assertEqual(len(self.apply(write("t", "1"))), 2)
        self.assertEqual(len(self.apply(write("t", "2"))), 2)
        self.assertEqual(evicted(model.flush()[0]), ["b:1", "b:2", "z", "k", "m"])
        self.assertEqual(model.flush(), [])

    def test_what_is_evicted_leaves(self):
        model = self.model([rule("r", "t", "v:{resource_id}", "w", strategy="BATCHED"), rule("s", "stop", "v")],
                           [], [("k", "v:1")])
        self.apply(write("t", "1"))
        self.apply(write("stop", "1"))
        self.assertEqual(evicted(model.flush()[0]), ["w"])

    def test_also_what_joined_in_the_same_command(self):
        model = self.model([rule("r", "t", "v", strategy="BATCHED"), rule("s", "t", "v")])
        self.apply(write("t", "1"))
        self.assertEqual(model.flush(), [])

    def test_marking_takes_nothing_out(self):
        model = self.model([rule("r", "t", "v", strategy="BATCHED"), rule("s", "t", "v", strategy="LAZY")])
        self.apply(write("t", "1"))
        self.assertEqual(evicted(model.flush()[0]), ["v"])

    def test_a_full_batch_flushes_after_the_own_event(self):
        model = self.model([rule("r", "t", "v:{resource_id}", strategy="BATCHED")])
        events = model.apply([write("t", str(n)) for n in range(10_000)])
        self.assertEqual([len(event) for event in events], [10_001, 10_000])


class Counters(ModelTest):
    def test_each_write_relationship_and_fired_rule_counts(self):
        model = self.model(
            [rule("b", "t", "x", strategy="BATCHED"), rule("l", "t", "x:{context.f}", strategy="LAZY"),
             rule("c", "t", "y", strategy="CASCADE")],
            [relationship("t", "u", "v", depth=2, name="1"), relationship("u", "w", name="2"),
             relationship("y", "w", name="3")])
        self.apply(write("t", "1"), write("t", "2"))
        self.assertEqual(model.counters, {"immediate": 2 + 2 * 2, "batched": 2, "lazy": 2, "cascade": 2, "widened": 2})
        self.assertEqual(model.executions, {"b": 2, "l": 2, "c": 2})


if __name__ == "__main__":
    unittest.main()
