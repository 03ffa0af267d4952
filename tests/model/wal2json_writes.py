"""Turns wal2json lines (format version 2) into write events, one list for each transaction.

tests/data/README.md says in words what this file does: which line becomes which write, and what
its context holds. Numbers keep the text PostgreSQL wrote until it is known what they are for: an
id is that text; a context holds doubles, and strings for integers above 2^53.
"""

import json

# From here on a double no longer tells two neighbouring integers apart.
LARGEST_EXACT_INTEGER = 2**53 - 1

# What one InvalidateByWrites takes.
MAX_WRITES = 10_000

# What a resource id and a context may measure.
MAX_ID_BYTES = 512
MAX_CONTEXT_BYTES = 256 * 1024


class NumberText(str):
    """A JSON number as it was written."""


def read_transactions(lines):
    """Yields (number, writes) for each transaction, counted from 1 in order of commit.

    A transaction without writes is yielded too, with an empty list: it has a number but no command.
    """
    number = 0
    writes = []
    inside = False
    for line in lines:
        if not line.strip():
            continue
        change = json.loads(line, parse_int=NumberText, parse_float=NumberText)
        action = change["action"]
        if action == "B":
            number, writes, inside = number + 1, [], True
        elif action == "C":
            inside = False
            yield number, widen_if_too_many(writes)
        elif action == "M":
            continue  # a message of an application, not a write
        else:
            assert inside, f"a change outside a transaction: {line}"
            writes += writes_of_change(change)


def widen_if_too_many(writes):
    if len(writes) <= MAX_WRITES:
        return writes
    kinds = dict.fromkeys((write["type"], write["operation"]) for write in writes)
    return [make_write(type_name, "", operation, {}) for type_name, operation in kinds]


def writes_of_change(change):
    type_name = name_of_type(change["schema"], change["table"])
    if change["action"] == "T":
        return [make_write(type_name, "", "truncate", {})]

    new = values_by_name(change.get("columns", []))
    old = values_by_name(change.get("identity", []))
    key = [column["name"] for column in change.get("pk", [])]

    if change["action"] == "I":
        return [make_write(type_name, id_of(key, new), "insert", context_values(new))]
    if change["action"] == "D":
        return [make_write(type_name, id_of(key, old), "delete", {"old": context_values(old)})]

    assert change["action"] == "U", change["action"]
    if id_of(key, old) != id_of(key, new):
        return [
            make_write(type_name, id_of(key, old), "delete", {"old": context_values(old)}),
            make_write(type_name, id_of(key, new), "insert", context_values({**old, **new})),
        ]
    # A long value that did not change is left out of `columns`; the old row may know it.
    context = context_values({**old, **new})
    # An old value that the change does not tell is null, so that templates know that there was one.
    context["old"] = context_values({**dict.fromkeys(new), **old})
    context["fields_changed"] = [
        name for name, value in new.items() if name not in old or old[name] != value
    ]
    return [make_write(type_name, id_of(key, new), "update", context)]


def make_write(type_name, resource_id, operation, context):
    """A write event within the limits: what is too large or not allowed widens to the whole type."""
    if len(resource_id.encode()) > MAX_ID_BYTES or has_control_character(resource_id):
        resource_id = ""
    if len(json.dumps(context, ensure_ascii=False).encode()) > MAX_CONTEXT_BYTES:
        context = {}
    return {
        "type": type_name,
        "id": resource_id,
        "operation": operation,
        "context": context,
        "tags": [],
    }


def name_of_type(schema, table):
    name = table if schema == "public" else f"{schema}.{table}"
    return "".join(
        f"%{ord(character):02X}" if character in "%:*" or has_control_character(character) else character
        for character in name
    )


def values_by_name(columns):
    return {column["name"]: column["value"] for column in columns}


def id_of(key, row):
    """The values of the key's columns, joined; empty without a key or when one of them is not known."""
    if any(row.get(name) is None for name in key):
        return ""
    return ",".join(text_of(row[name]) for name in key)


def text_of(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def context_values(row):
    return {name: context_value(value) for name, value in row.items()}


def context_value(value):
    if not isinstance(value, NumberText):
        return value
    if value.lstrip("-").isdigit():
        return int(value) if abs(int(value)) <= LARGEST_EXACT_INTEGER else str(value)
    return float(value)


def has_control_character(text):
    return any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text)
