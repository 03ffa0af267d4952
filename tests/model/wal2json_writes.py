# SPDX-License-Identifier: Apache-2.0
"""Converts wal2json lines (format version 2) to write events, one list for each transaction.

docs/change-mapping.md describes what this file does: which line becomes which write, and what its
context holds. Values are converted by postgresql_values.py. Only readable lines are modelled.
"""

import json

from postgresql_values import LARGEST_EXACT_INTEGER, UNKNOWN, NumberText, is_utf8, key_text, may_be_nan, value_of

# What one InvalidateByWrites takes.
MAX_WRITES = 10_000

# What a resource id and a context may measure.
MAX_ID_BYTES = 512
MAX_CONTEXT_BYTES = 256 * 1024

# Names that a context keeps for itself.
NO_COLUMNS = ("$unknown", "$number")


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
    return [make_write(type_name, "", operation, {}) for type_name, operation in sorted(kinds)]


def writes_of_change(change):
    type_name = name_of_type(change["schema"], change["table"])
    if change["action"] == "T":
        return [make_write(type_name, "", "truncate", {})]

    new = columns_by_name(change.get("columns", []))
    old = columns_by_name(change.get("identity", []))
    key = [column["name"] for column in change["pk"]]

    if change["action"] == "I":
        return [make_write(type_name, id_of(key, new), "insert", with_names(members(new), None, None))]
    if change["action"] == "D":
        context = with_names({}, {**members(old), "$unknown": True}, None)
        return [make_write(type_name, id_of(key, old), "delete", context)]

    assert change["action"] == "U", change["action"]
    # Only a whole old row has all columns and a null: those of a key, or of an index, are never null.
    whole = set(new) <= set(old) and any("null" in column for column in old.values())
    changed = [name for name, column in new.items() if not is_same(old.get(name), column)]
    # A long value that did not change is left out of `columns`; the old row may know it.
    row = {**old, **new}
    open_mark = {} if whole else {"$unknown": True}
    context = with_names({**members(row), **open_mark}, {**members(old), **open_mark}, changed)
    ids = dict.fromkeys([id_of(key, old), id_of(key, row)])
    return [make_write(type_name, resource_id, "update", context) for resource_id in ids]


def is_same(old, new):
    """Of two columns: whether both are known, and alike."""
    return old is not None and old == new and "unknown" not in new


def columns_by_name(columns):
    """Each column with its type, and its text: None for NULL, nothing at all for what is not known."""
    found = {}
    for column in columns:
        value, type_name = column["value"], column.get("type")
        read = {"type": type_name or ""}
        if value is None:
            read["unknown" if may_be_nan(type_name) else "null"] = True
        elif isinstance(value, bool):
            read.update(type=type_name or "boolean", text="true" if value else "false")
        elif isinstance(value, NumberText):
            read.update(type=type_name or "numeric", text=str(value))
        else:
            read["text"] = value
        found[column["name"]] = read
    return found


def members(row):
    """The values of a row; open if it has a column that cannot be told."""
    told = {name: column for name, column in row.items() if name not in NO_COLUMNS and is_utf8(name)}
    values = {name: context_value(column) for name, column in told.items()}
    return values if len(told) == len(row) else {**values, "$unknown": True}


def context_value(column):
    if "null" in column:
        return None
    return value_of(column["type"], column["text"]) if "text" in column else UNKNOWN


def with_names(context, old, changed):
    """The context with `old` and `fields_changed`, which are not known where a column has the name."""
    context = dict(context)
    for name, part in (("old", old), ("fields_changed", changed)):
        if name in context or (old is not None and name in old):
            context[name] = UNKNOWN
        elif part is not None:
            context[name] = part
    return context


def make_write(type_name, resource_id, operation, context):
    """A write event within the limits: what is too large is not known."""
    return {
        "type": type_name,
        "id": resource_id,
        "operation": operation,
        "context": fitted(context),
        "tags": [],
    }


def fitted(context):
    """The largest values are left out, one after the other, until the rest fits."""
    context = {**context, "old": dict(context["old"])} if "old" in context else dict(context)
    while size_of(context) > MAX_CONTEXT_BYTES:
        places = [(context, name) for name in context if name not in ("old", "fields_changed")]
        places += [(context["old"], name) for name in context.get("old", {})]
        largest, name = max(places, key=lambda place: size_of(place[0][place[1]]))
        if largest[name] == UNKNOWN:
            return UNKNOWN
        largest[name] = UNKNOWN
    return context


def size_of(value):
    return len(json.dumps(value, ensure_ascii=False).encode())


def name_of_type(schema, table):
    name = table if schema == "public" else f"{schema}.{table}"
    return "".join(
        f"%{ord(character):02X}" if character in "%:*" or has_control_character(character) else character
        for character in name
    )


def id_of(key, row):
    """The values of the key's columns, joined; empty without a key, when one of them is not known, or when the
    service would refuse it."""
    if any("text" not in row.get(name, {}) for name in key):
        return ""
    texts = [key_text(row[name]["type"], row[name]["text"]) for name in key]
    if None in texts:
        return ""
    joined = ",".join(texts)
    allowed = is_utf8(joined) and len(joined.encode()) <= MAX_ID_BYTES and not has_control_character(joined)
    return joined if allowed else ""


def has_control_character(text):
    return any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text)
