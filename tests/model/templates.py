# SPDX-License-Identifier: Apache-2.0
"""Fills in tag templates such as `orders:{resource_id}` and `customer_orders:{context.customer_id}`."""

import re

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
MAX_TAGS = 1000
MAX_TAG_BYTES = 1024
LARGEST_EXACT_INTEGER = 2**53 - 1
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# Members of a context that are none of the row's.
CONVENTION = ("old", "fields_changed")

# What a look-up answers instead of a value.
NONE, UNKNOWN = object(), object()


def needs(template):
    """What fills the template in: the written id (2), the context alone (1), or nothing (0)."""
    names = PLACEHOLDER.findall(template)
    return 2 if "resource_id" in names else 1 if names else 0


def render(template, write):
    """Answers (tags, widened tags): what the template names for this write, and what stands for the
    values that could not be told."""
    literals = PLACEHOLDER.split(template)[0::2]
    placeholders = [values_of(name, write) for name in PLACEHOLDER.split(template)[1::2]]
    if any(not values and not unresolved for values, unresolved in placeholders):
        return set(), set()

    product = 1
    for values, _ in placeholders:
        product *= max(len(values), 1)
    if product > MAX_TAGS:
        placeholders = cut_at_first_multiple(placeholders)

    starts, widened = {literals[0]}, set()
    for (values, unresolved), literal in zip(placeholders, literals[1:]):
        longer = set()
        for start in starts:
            fitting = {start + value + literal for value in values if fits(start + value + literal)}
            if unresolved or len(fitting) < len(values):
                widened.add(start[: start.rindex(":")])
            longer |= fitting
        starts = longer
    return starts, widened


def fits(tag):
    return len(tag.encode()) <= MAX_TAG_BYTES


def cut_at_first_multiple(placeholders):
    """Too many tags: the first placeholder with several values counts as not resolved."""
    for index, (values, _) in enumerate(placeholders):
        if len(values) > 1:
            return placeholders[:index] + [(set(), True)] + placeholders[index + 1 :]
    return placeholders


def values_of(placeholder, write):
    """Answers (the values as they stand in tags, whether any value could not be told)."""
    if placeholder == "resource_id":
        return forms(write["id"]), not write["id"]
    name, _, if_null = placeholder.partition("|null=")
    assert name.startswith("context."), placeholder
    path = name[len("context.") :].split(".")
    context = {name: value for name, value in write["context"].items() if name != "old" or value is not None}
    new = old_value(context, path[1:]) if path[0] == "old" and path[1:] else look_up(context, path)
    old = NONE if path[0] in CONVENTION else old_value(context, path)
    values = set()
    unresolved = (new is NONE and old is NONE) or moved(write, path[0], new, old)
    for value in (new, old):
        if value is NONE:
            continue
        unresolved = unresolved or value == []
        for element in value if isinstance(value, list) else [value]:
            if element is None and if_null:
                values |= {"%null"} if if_null == "tag" else set()
            elif (text := text_of(element)) is None:
                unresolved = True
            else:
                values |= forms(text)
    return values, unresolved


def forms(text):
    return {text, escape(text)} if text else set()


def escape(text):
    return text.replace("%", "%25").replace(":", "%3A")


def moved(write, member, new, old):
    """Whether fields_changed says that the value changed, and one of its ends is not there."""
    if member in CONVENTION or not may_have_changed(write["context"], member):
        return False
    return (old is NONE and write["operation"] != "insert") or (new is NONE and write["operation"] != "delete")


def may_have_changed(context, member):
    if "fields_changed" not in context:
        return False
    names = context["fields_changed"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return True
    return first_name(member) in [first_name(name) for name in names]


def first_name(name):
    return re.split(r"[.\[]", name)[0]


def old_value(context, path):
    """What the row had at the path before the write."""
    old = context.get("old")
    if old is None:
        return UNKNOWN if "$unknown" in context else NONE
    if not isinstance(old, dict):
        return UNKNOWN
    kept = set(old) != {"$unknown"} and path[0] not in old and path[0] in context and path[0] not in CONVENTION
    if kept and "fields_changed" in context and not may_have_changed(context, path[0]):
        return look_up(context, path)
    return look_up({**old, "$unknown": True}, path)


def look_up(value, path):
    """The value at the path, UNKNOWN or NONE."""
    for name in path:
        if not isinstance(value, dict) or number_text(value) is not None:
            return UNKNOWN
        if name not in value:
            return UNKNOWN if "$unknown" in value else NONE
        value = value[name]
    return UNKNOWN if isinstance(value, dict) and set(value) == {"$unknown"} else value


def number_text(value):
    """The text of {"$number": TEXT}, otherwise None."""
    if isinstance(value, dict) and set(value) == {"$number"} and isinstance(value["$number"], str):
        return value["$number"] if NUMBER.fullmatch(value["$number"]) else None
    return None


def text_of(value):
    """None for what makes no tag: unknown, null, empty, an object, a list in a list, a fraction, a huge number,
    a text that is too long or not printable."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        value = number_text(value)
    if isinstance(value, str):
        printable = not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in value)
        return value if value and printable and fits(value) else None
    if isinstance(value, (int, float)):
        if value != int(value) or abs(value) > LARGEST_EXACT_INTEGER:
            return None
        return str(int(value))
    return None
