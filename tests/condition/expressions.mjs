// SPDX-License-Identifier: Apache-2.0
// Random expressions, most of them well typed, some not.
//
// An expression is a tree `{type, parts}`; parts are texts and trees. `render` returns its text, `smaller` returns the
// expressions to try in its place when a failing one is to be shortened.

import { DURATION_TEXTS, LITERALS, PATTERNS, TIMESTAMP_TEXTS, ZONES } from "./literals.mjs";

/** Variables that every expression may name, by type; bindings.mjs gives them values. */
export const VARIABLES = {
  null: ["n"],
  bool: ["b"],
  int: ["i"],
  uint: ["u"],
  double: ["d"],
  string: ["s", "operation"],
  bytes: ["y"],
  list: ["l", "tags"],
  map: ["m", "context"],
  timestamp: ["t"],
  duration: ["p"],
  type: [],
};

const TYPES = Object.keys(VARIABLES);
const ORDERED = ["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"];
const FIELDS = ["a", "b", "c", "price", "name", "old", "missing"];
const NUMBERS = ["int", "uint", "double"];
const DATE_PARTS = ["FullYear", "Month", "Date", "DayOfMonth", "DayOfWeek", "DayOfYear", "Hours", "Minutes", "Seconds", "Milliseconds"];

const leaf = (type, text) => ({ type, parts: [text] });

/** The text of an expression. */
export const render = (tree) => tree.parts.map((part) => (typeof part === "string" ? part : render(part))).join("");

/** Expressions with one part of this one replaced by something simpler, the shortest first. */
export function smaller(tree) {
  const candidates = [];
  const simplest = leaf(tree.type, (LITERALS[tree.type] ?? ["[]"])[0]);
  if (render(tree) !== render(simplest)) candidates.push(simplest);
  tree.parts.forEach((part, index) => {
    if (typeof part === "string") return;
    candidates.push(part);
    for (const replacement of smaller(part)) {
      candidates.push({ type: tree.type, parts: replaced(tree.parts, index, replacement) });
    }
  });
  return candidates.sort((a, b) => render(a).length - render(b).length);
}

function replaced(parts, index, replacement) {
  const copy = [...parts];
  copy[index] = replacement;
  return copy;
}

/** Makes expressions. */
export class Expressions {
  #chance;
  // Names of the comprehensions around the place where an expression is made.
  #bound = [];

  constructor(chance) {
    this.#chance = chance;
  }

  /** An expression that is at most `depth` operations deep; mostly of the type. */
  make(type, depth) {
    const chance = this.#chance;
    if (chance.percent(2)) type = chance.oneOf(TYPES);
    if (depth <= 0 || chance.percent(8)) return this.#leaf(type);
    if (chance.percent(6)) return this.#anywhere(type, depth - 1);
    const tree = this.#operation(type, depth - 1);
    // Without parentheses the text may mean something else: then it tests how tightly operators bind.
    return chance.percent(70) ? { type, parts: ["(", tree, ")"] } : tree;
  }

  #leaf(type) {
    const chance = this.#chance;
    if (this.#bound.length > 0 && chance.percent(30)) return leaf(type, chance.oneOf(this.#bound));
    const names = VARIABLES[type];
    if (names.length > 0 && chance.percent(35)) return leaf(type, chance.oneOf(names));
    if (type === "list") return chance.percent(30) ? leaf(type, "[]") : this.#list(0);
    if (type === "map") return chance.percent(30) ? leaf(type, "{}") : this.#map(0);
    const literals = LITERALS[type];
    // The first ones are small and simple: with them, arithmetic seldom overflows.
    return leaf(type, chance.percent(50) ? literals[chance.below(Math.min(8, literals.length))] : chance.oneOf(literals));
  }

  // Operations that answer any type.
  #anywhere(type, depth) {
    const chance = this.#chance;
    const pick = chance.below(7);
    if (pick === 0) return { type, parts: ["dyn(", this.make(type, depth), ")"] };
    if (pick === 1) return { type, parts: [this.make("list", depth), "[", this.#index(depth), "]"] };
    if (pick === 2) return { type, parts: [this.make("map", depth), "[", this.#key(depth), "]"] };
    if (pick === 3) return { type, parts: [this.make("map", depth), ".", chance.oneOf(FIELDS)] };
    if (pick === 4) return { type, parts: ["context.", chance.oneOf(FIELDS), ".", chance.oneOf(FIELDS)] };
    return this.#conditional(type, depth);
  }

  #index(depth) {
    const chance = this.#chance;
    if (chance.percent(80)) return leaf("int", chance.oneOf(["0", "0", "0", "1", "1", "2", "0u", "1u", "0.0", "1.0", "-1", "0.5"]));
    return this.make(chance.oneOf(NUMBERS), depth);
  }

  #key(depth) {
    const chance = this.#chance;
    if (chance.percent(80)) return leaf("string", `'${chance.oneOf(FIELDS)}'`);
    return this.make(chance.oneOf([...NUMBERS, "string", "bool"]), depth);
  }

  #conditional(type, depth) {
    return { type, parts: [this.make("bool", depth), " ? ", this.make(type, depth), " : ", this.make(type, depth)] };
  }

  #operation(type, depth) {
    switch (type) {
      case "bool":
        return this.#bool(depth);
      case "int":
        return this.#chance.percent(40) ? this.#intOf(depth) : this.#arithmetic("int", depth);
      case "uint":
        return this.#chance.percent(20) ? this.#conversion("uint", depth) : this.#arithmetic("uint", depth);
      case "double":
        return this.#chance.percent(20) ? this.#conversion("double", depth) : this.#arithmetic("double", depth);
      case "string":
      case "bytes":
        if (this.#chance.percent(50)) return this.#conversion(type, depth);
        return { type, parts: [this.make(type, depth), " + ", this.make(type, depth)] };
      case "list":
        return this.#listOf(depth);
      case "map":
        return this.#map(depth);
      case "timestamp":
        return this.#timestamp(depth);
      case "duration":
        return this.#duration(depth);
      case "type":
        return { type, parts: ["type(", this.make(this.#chance.oneOf(TYPES), depth), ")"] };
      default:
        return this.#conditional(type, depth);
    }
  }

  #arithmetic(type, depth) {
    const chance = this.#chance;
    if (chance.percent(10)) return { type, parts: ["-", this.make(type, depth)] };
    const operators = ["+", "-", "*", "/", ...(type === "double" && chance.percent(95) ? [] : ["%"])];
    return { type, parts: [this.make(type, depth), ` ${chance.oneOf(operators)} `, this.make(type, depth)] };
  }

  #conversion(type, depth) {
    const from = {
      int: [...NUMBERS, "string", "timestamp", "duration"],
      uint: [...NUMBERS, "string"],
      double: [...NUMBERS, "string"],
      string: [...NUMBERS, "string", "bool", "bytes", "timestamp", "duration"],
      bytes: ["string", "bytes"],
      bool: ["bool", "string"],
    };
    return { type, parts: [`${type}(`, this.make(this.#chance.oneOf(from[type]), depth), ")"] };
  }

  #intOf(depth) {
    const chance = this.#chance;
    const type = "int";
    const pick = chance.below(4);
    if (pick === 0) return this.#conversion(type, depth);
    const sized = this.make(chance.oneOf(["string", "bytes", "list", "map"]), depth);
    if (pick === 1) return { type, parts: chance.percent(50) ? ["size(", sized, ")"] : [sized, ".size()"] };
    if (pick === 2) return { type, parts: [this.make("duration", depth), `.get${chance.oneOf(["Hours", "Minutes", "Seconds", "Milliseconds"])}()`] };
    const zone = chance.percent(50) ? chance.oneOf(ZONES) : "";
    return { type, parts: [this.make("timestamp", depth), `.get${chance.oneOf(DATE_PARTS)}(${zone})`] };
  }

  #bool(depth) {
    const chance = this.#chance;
    const type = "bool";
    const pick = chance.below(16);
    if (pick < 3) return { type, parts: [this.make(type, depth), chance.oneOf([" && ", " || "]), this.make(type, depth)] };
    if (pick === 3) return { type, parts: ["!", this.make(type, depth)] };
    if (pick < 7) return this.#comparison(depth);
    if (pick === 7) return { type, parts: [this.make(chance.oneOf(TYPES), depth), " in ", this.make(chance.oneOf(["list", "list", "map"]), depth)] };
    if (pick === 8) {
      const call = `.${chance.oneOf(["contains", "startsWith", "endsWith"])}(`;
      return { type, parts: [this.make("string", depth), call, this.make("string", depth), ")"] };
    }
    if (pick === 9) return { type, parts: [this.make("string", depth), ".matches(", leaf("string", chance.oneOf(PATTERNS)), ")"] };
    if (pick === 10) return { type, parts: ["has(", this.make("map", depth), `.${chance.oneOf(FIELDS)})`] };
    if (pick === 11) return this.#conversion(type, depth);
    if (pick === 12) return this.#conditional(type, depth);
    return this.#comprehension(type, chance.oneOf(["all", "exists", "exists_one", "existsOne"]), ["bool"], depth);
  }

  #comparison(depth) {
    const chance = this.#chance;
    const equality = chance.percent(50);
    const of = equality ? TYPES : ORDERED;
    const left = chance.oneOf(of);
    const right = chance.percent(60) ? left : NUMBERS.includes(left) ? chance.oneOf(NUMBERS) : chance.oneOf(of);
    const operator = chance.oneOf(equality ? ["==", "!="] : ["<", "<=", ">", ">="]);
    return { type: "bool", parts: [this.make(left, depth), ` ${operator} `, this.make(right, depth)] };
  }

  // `macro` over a list or map, with arguments of the types that may name the variable.
  #comprehension(type, macro, argumentTypes, depth) {
    const chance = this.#chance;
    const range = this.make(chance.oneOf(["list", "list", "map"]), depth);
    const variable = chance.oneOf(["v", "w", "v", "x", "i", "s"]);
    this.#bound.push(variable);
    const parts = [range, `.${macro}(${variable}`];
    for (const argument of argumentTypes) parts.push(", ", this.make(argument, depth - 1));
    this.#bound.pop();
    return { type, parts: [...parts, ")"] };
  }

  #list(depth) {
    const chance = this.#chance;
    const element = chance.oneOf(TYPES);
    const parts = ["["];
    for (let left = chance.below(4); left >= 0; --left) {
      parts.push(this.make(chance.percent(80) ? element : chance.oneOf(TYPES), depth - 1), left > 0 ? ", " : "");
    }
    return { type: "list", parts: [...parts, chance.percent(5) ? ",]" : "]"] };
  }

  #listOf(depth) {
    const chance = this.#chance;
    const type = "list";
    const pick = chance.below(5);
    if (pick === 0) return { type, parts: [this.make(type, depth), " + ", this.make(type, depth)] };
    if (pick === 1) return this.#comprehension(type, "filter", ["bool"], depth);
    if (pick === 2) return this.#comprehension(type, "map", [chance.oneOf(TYPES)], depth);
    if (pick === 3) return this.#comprehension(type, "map", ["bool", chance.oneOf(TYPES)], depth);
    return this.#list(depth);
  }

  #map(depth) {
    const chance = this.#chance;
    const parts = ["{"];
    const keys = chance.oneOf(["string", "string", "string", "int", "uint", "bool"]);
    const first = chance.below(FIELDS.length);
    for (let left = chance.below(4); left >= 0; --left) {
      // Names that differ, mostly.
      const name = FIELDS[chance.percent(95) ? (first + left) % FIELDS.length : first];
      const key = keys === "string" ? leaf("string", `'${name}'`) : this.make(keys, depth - 1);
      parts.push(key, ": ", this.make(chance.oneOf(TYPES), depth - 1), left > 0 ? ", " : "");
    }
    return { type: "map", parts: [...parts, "}"] };
  }

  #timestamp(depth) {
    const chance = this.#chance;
    const type = "timestamp";
    const pick = chance.below(5);
    if (pick === 0) return { type, parts: ["timestamp(", leaf("string", chance.oneOf(TIMESTAMP_TEXTS)), ")"] };
    if (pick === 1) return { type, parts: ["timestamp(", this.make(chance.oneOf(["timestamp", "string", "int"]), depth), ")"] };
    if (pick === 2) return { type, parts: [this.make("duration", depth), " + ", this.make(type, depth)] };
    return { type, parts: [this.make(type, depth), chance.oneOf([" + ", " - "]), this.make("duration", depth)] };
  }

  #duration(depth) {
    const chance = this.#chance;
    const type = "duration";
    const pick = chance.below(5);
    if (pick === 0) return { type, parts: ["duration(", leaf("string", chance.oneOf(DURATION_TEXTS)), ")"] };
    if (pick === 1) return { type, parts: ["duration(", this.make(chance.oneOf(["duration", "string"]), depth), ")"] };
    if (pick === 2) return { type, parts: [this.make("timestamp", depth), " - ", this.make("timestamp", depth)] };
    return { type, parts: [this.make(type, depth), chance.oneOf([" + ", " - "]), this.make(type, depth)] };
  }
}
