"""Fills in tag templates such as `orders:{resource_id}` and `customer_orders:{context.customer_id}`."""

import itertools
import re

import wal2json_writes

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
MAX_TAGS = 1000
MAX_TAG_BYTES = 1024


def has_placeholder(template):
    return PLACEHOLDER.search(template) is not None


def render(template, write):
    """Answers (tags, widened tags): what the template names for this write, and what stands for the
    values that could not be told."""
    literals = PLACEHOLDER.split(template)[0::2]
    placeholders = [values_of(name, write) for name in PLACEHOLDER.split(template)[1::2]]

    product = 1
    for values, _ in placeholders:
        product *= max(len(values), 1)
    if product > MAX_TAGS:
        placeholders = cut_at_first_multiple(placeholders)

    widened = set()
    for index, (_, unresolved) in enumerate(placeholders):
        if unresolved:
            for start in combinations(literals[: index + 1], placeholders[:index]):
                widened.add(start[: start.rindex(":")])
    return set(combinations(literals, placeholders)), widened


def combinations(literals, placeholders):
    """All texts of literal, value, literal, ... None at all when a placeholder has no value."""
    texts = []
    for chosen in itertools.product(*[sorted(values) for values, _ in placeholders]):
        text = literals[0]
        for value, literal in zip(chosen, literals[1:]):
            text += value + literal
        texts.append(text)
    return texts


def cut_at_first_multiple(placeholders):
    """Too many tags: the first placeholder with several values counts as not resolved."""
    for index, (values, _) in enumerate(placeholders):
        if len(values) > 1:
            return placeholders[:index] + [(set(), True)] + placeholders[index + 1 :]
    return placeholders


def values_of(name, write):
    """Answers (the escaped values, whether any value could not be told) of one placeholder."""
    if name == "resource_id":
        found = [write["id"]] if write["id"] else []
    else:
        assert name.startswith("context."), name
        path = name[len("context.") :].split(".")
        found = look_up(write["context"], path) + look_up(write["context"].get("old"), path)

    values = set()
    unresolved = not found
    for value in found:
        for element in value if isinstance(value, list) else [value]:
            text = text_of(element)
            if text is None:
                unresolved = True
            else:
                values.add(text.replace("%", "%25").replace(":", "%3A"))
        if value == []:
            unresolved = True
    return values, unresolved


def look_up(value, path):
    """A list of the one value at the path, or of none."""
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return []
        value = value[name]
    return [value]


def text_of(value):
    """None for what makes no tag: null, empty, an object, a list in a list, a fraction, a huge number,
    a text that is too long or not printable."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        fits = len(value.encode()) <= MAX_TAG_BYTES and not wal2json_writes.has_control_character(value)
        return value if value and fits else None
    if isinstance(value, (int, float)):
        if value != int(value) or abs(value) > wal2json_writes.LARGEST_EXACT_INTEGER:
            return None
        return str(int(value))
    return None
