# SPDX-License-Identifier: Apache-2.0
"""The meaning of the text of a PostgreSQL value, by the name of its type.

docs/change-mapping.md has the table that this file follows. Two dictionaries represent what JSON
cannot express: UNKNOWN for an unknown value, number(text) for a number with its own text.
"""

import json
import re

UNKNOWN = {"$unknown": True}
LARGEST_EXACT_INTEGER = 2**53 - 1
MAX_LEVELS = 30  # of a value, within the 32 of a context

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
FRACTIONS = {"numeric", "real", "double precision", "float4", "float8"}
INTEGERS = {"smallint", "integer", "bigint", "int2", "int4", "int8", "oid"}
TEXTS = {
    "text", "character varying", "varchar", "character", "bpchar", "char", '"char"', "name", "citext",
    "xml", "uuid", "jsonpath", "date", "time", "timetz", "timestamp", "timestamptz", "interval",
    "time without time zone", "time with time zone", "timestamp without time zone",
    "timestamp with time zone", "int4range", "int8range", "numrange", "tsrange", "tstzrange",
    "daterange", "bit", "bit varying", "varbit", "inet", "cidr", "macaddr", "macaddr8", "pg_lsn"}
# Their text depends on lc_monetary and search_path, which a reader of the database may have set otherwise.
SETTING_DEPENDENT = {
    "money", "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator",
    "regproc", "regprocedure", "regrole", "regtype"}


class NumberText(str):
    """A JSON number as it was written."""


def number(text):
    return {"$number": text}


def base_name(type_name):
    """numeric(12,2) is numeric, timestamp(3) with time zone is timestamp with time zone."""
    return re.sub(r"\([^)]*\)", "", type_name, count=1)


def is_own(name):
    """Whether PostgreSQL itself has a type of that name: anybody may call a domain _t."""
    return name in FRACTIONS | INTEGERS | TEXTS | SETTING_DEPENDENT | {"boolean", "bool", "json", "jsonb", "bytea", "box"}


def may_be_nan(type_name):
    return not type_name or base_name(type_name) in FRACTIONS


def value_of(type_name, text):
    if not is_utf8(text):
        return UNKNOWN
    value = unlimited_value_of(type_name, text)
    return value if levels(value) <= MAX_LEVELS else UNKNOWN


def unlimited_value_of(type_name, text):
    name = base_name(type_name)
    if element_type(name):
        return array_of(element_type(name), text)
    if name in SETTING_DEPENDENT:
        return UNKNOWN
    if name in ("boolean", "bool"):
        return {"t": True, "true": True, "f": False, "false": False}.get(text, UNKNOWN)
    if name in FRACTIONS | INTEGERS:
        return number_of(text)
    if name in ("json", "jsonb"):
        return json_of(text)
    if name == "bytea":
        return key_text(type_name, text)
    if name in TEXTS or name.startswith("interval ") or name.endswith(".citext"):
        return text
    return other_of(text)


def element_type(name):
    """Of an array; None for other types."""
    if name.endswith("[]"):
        return name[:-2]
    return name[1:] if name.startswith("_") and is_own(name[1:]) else None


def key_text(type_name, text):
    """The text in an id; None if a reader of the database may see another."""
    name = base_name(type_name)
    if (element_type(name) or name) in SETTING_DEPENDENT:
        return None
    if name in ("boolean", "bool"):
        return {"t": "true", "f": "false"}.get(text, text)
    if name == "bytea" and text.startswith("\\x"):
        return text[2:]
    is_text = name in TEXTS or name.startswith("interval ") or name.endswith(".citext")
    # A domain over boolean has a name of its own.
    return None if text in ("t", "f") and not is_text else text


def number_of(text):
    if re.fullmatch(r"-?[1-9][0-9]{0,15}|0", text) and abs(int(text)) <= LARGEST_EXACT_INTEGER:
        return int(text)
    if NUMBER.fullmatch(text):
        return number(text)
    return text if text in ("NaN", "Infinity", "-Infinity") else UNKNOWN


def parse_json(text):
    """Raises ValueError for what is no JSON: Python alone takes NaN, lone surrogates and deep nesting."""

    def refuse(constant):
        raise ValueError(constant)

    try:
        value = json.loads(text, parse_int=NumberText, parse_float=NumberText, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not is_utf8(json.dumps(value, ensure_ascii=False)):
        raise ValueError("no UTF-8")
    return value


def json_of(text):
    try:
        value = parse_json(text)
    except ValueError:
        return UNKNOWN
    return UNKNOWN if value is None else from_json(value)


def from_json(value):
    if isinstance(value, NumberText):
        return number_of(str(value))
    if isinstance(value, list):
        return [from_json(element) for element in value]
    if isinstance(value, dict):
        if "$unknown" in value or "$number" in value:
            return UNKNOWN
        return {name: from_json(member) for name, member in value.items()}
    return value


def other_of(text):
    """A type that is not known: plain text is, but not what another type may have written as well."""
    if text in ("t", "f") or text.strip()[:1] in set("{([<\"'"):
        return UNKNOWN
    try:
        parse_json(text)
    except ValueError:
        return text
    return UNKNOWN


ARRAY_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[{}]|%s|(?:[^"\\{}%s]|\\.)+)', re.DOTALL)


def array_of(element_type, text):
    delimiter = ";" if element_type == "box" else ","
    token = re.compile(ARRAY_TOKEN.pattern % (delimiter, delimiter), re.DOTALL)
    rest = re.sub(r"^\s*(\[[0-9+-]+:[0-9+-]+\])+\s*=", "", text).strip()
    tokens, at = [], 0
    while at < len(rest):
        match = token.match(rest, at)
        if match is None:
            return UNKNOWN
        tokens.append(match.group(1).strip())
        at = match.end()
    try:
        value, end = list_of(tokens, 0, element_type, delimiter)
    except (ValueError, IndexError):
        return UNKNOWN
    if "{" in tokens[1:]:
        return UNKNOWN  # of more than one dimension
    return value if end == len(tokens) else UNKNOWN


def list_of(tokens, at, element_type, delimiter):
    """Answers the list that begins at a token, and where the next token is."""
    if tokens[at] != "{":
        raise ValueError(tokens[at])
    out, at = [], at + 1
    if tokens[at] == "}":
        return out, at + 1
    while True:
        if tokens[at] == "{":
            inner, at = list_of(tokens, at, element_type, delimiter)
            out.append(inner)
        else:
            out.append(element_of(tokens[at], element_type, delimiter))
            at += 1
        if tokens[at] == "}":
            return out, at + 1
        if tokens[at] != delimiter:
            raise ValueError(tokens[at])
        at += 1


def element_of(token, element_type, delimiter):
    if token in ("}", delimiter, ""):
        raise ValueError(token)
    if token.upper() == "NULL":
        return None
    quoted = token[1:-1] if token.startswith('"') else token
    return unlimited_value_of(element_type, re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL))


def levels(value):
    if isinstance(value, list):
        return 1 + max(map(levels, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(levels, value.values()), default=0)
    return 0


def is_utf8(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
