// SPDX-License-Identifier: Apache-2.0
// Values for the variables of expressions.mjs, each in the form of @bufbuild/cel and as text.

import { cel } from "./packages.mjs";
import { LITERALS } from "./literals.mjs";
import { boolText, listText, mapText, stringText, textOfCel } from "./value_text.mjs";

const STRINGS = ["", "a", "abc", "price", "delete", "update", "é€😀", "42", "true", "2009-02-13T23:31:30Z", "1.5s"];
const NUMBERS = [0, 1, -1, 2, 3.5, 42, 1e21, -0, 9007199254740993, 0.1];
const FIELDS = ["a", "b", "c", "price", "name", "old", "10"];

/** A value as JSON has them: numbers are doubles, keys are strings. */
function jsonLike(chance, depth) {
  const pick = chance.below(depth > 0 ? 6 : 4);
  if (pick === 0) return null;
  if (pick === 1) return chance.percent(50);
  if (pick === 2) return chance.oneOf(NUMBERS);
  if (pick === 3) return chance.oneOf(STRINGS);
  if (pick === 4) return cel.celList(Array.from({ length: chance.below(4) }, () => jsonLike(chance, depth - 1)));
  return jsonObject(chance, depth - 1);
}

function jsonObject(chance, depth) {
  const entries = new Map();
  for (let left = chance.below(5); left > 0; --left) entries.set(chance.oneOf(FIELDS), jsonLike(chance, depth));
  return cel.celMap(entries);
}

// As a context says it: not known; may have further members; a number with this text.
const UNKNOWN = mapText([[stringText("$unknown"), boolText(true)]]);
const OPEN = [stringText("$unknown"), boolText(true)];
const numberText = (text) => mapText([[stringText("$number"), stringText(text)]]);

/** The text of a number that says more than a double needs. */
function spelled(number) {
  const text = Object.is(number, -0) ? "-0" : String(number);
  if (text.includes("e")) return text;
  return text.includes(".") ? `${text}0` : `${text}.00`;
}

/** The text of a value like this one, of which some parts are not known and some numbers have a text. */
function partly(chance, value) {
  if (chance.percent(10)) return UNKNOWN;
  if (typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER && chance.percent(50)) return numberText(spelled(value));
  if (cel.isCelList(value)) return listText([...value].map((element) => partly(chance, element)));
  if (!cel.isCelMap(value)) return textOfCel(value);
  const entries = new Map([...value].map(([key, held]) => [textOfCel(key), partly(chance, held)]));
  // What is not known may be absent, too.
  if (chance.percent(10)) entries.set(stringText(chance.oneOf(FIELDS)), UNKNOWN);
  if (chance.percent(75)) return mapText([...entries]);
  return mapText([...[...entries].filter(() => chance.percent(50)), OPEN]);
}

// By type, what the literals mean. (It does not read all of them.)
const VALUES = Object.fromEntries(
  Object.entries(LITERALS).map(([type, texts]) => [type, texts.map((text) => cel.run(text)).filter((value) => !cel.isCelError(value))]),
);
const valueOf = (chance, type) => chance.oneOf(VALUES[type]);

/** `{variable: value}`, the same as the text of a map, and as that of one of which not all is known. */
export function makeBindings(chance) {
  const values = {
    n: null,
    b: chance.percent(50),
    i: valueOf(chance, "int"),
    u: valueOf(chance, "uint"),
    d: valueOf(chance, "double"),
    s: valueOf(chance, "string"),
    y: valueOf(chance, "bytes"),
    t: valueOf(chance, "timestamp"),
    p: valueOf(chance, "duration"),
    l: cel.celList(Array.from({ length: chance.below(5) }, () => valueOf(chance, chance.oneOf(["int", "uint", "double", "string", "bool"])))),
    m: jsonObject(chance, 2),
    operation: chance.oneOf(["insert", "update", "delete"]),
    tags: cel.celList(Array.from({ length: chance.below(4) }, () => chance.oneOf(STRINGS))),
    context: jsonObject(chance, 3),
  };
  const textOf = (valueText) => mapText(Object.entries(values).map(([name, value]) => [stringText(name), valueText(name, value)]));
  const known = textOf((name, value) => textOfCel(value));
  const partlyKnown = textOf((name, value) => (["l", "m", "context"].includes(name) ? partly(chance, value) : textOfCel(value)));
  return { values, text: known, partlyKnown };
}
