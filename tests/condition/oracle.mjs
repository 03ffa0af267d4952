// SPDX-License-Identifier: Apache-2.0
// The other implementation of CEL, @bufbuild/cel, with its known errors corrected: each function here replaces one of its
// own, and says what was wrong with that. (What cannot be replaced is in differences.mjs.)

import { DATE_FUNCTIONS } from "./oracle_dates.mjs";
import { cel, wkt } from "./packages.mjs";
import { textOfCel } from "./value_text.mjs";

const { BOOL, BYTES, DOUBLE, DYN, INT, NULL, STRING, TYPE, UINT } = cel.CelScalar;
const TIMESTAMP = cel.objectType(wkt.TimestampSchema);
const DURATION = cel.objectType(wkt.DurationSchema);
const LIST = cel.listType(DYN);
const MAP = cel.mapType(DYN, DYN);

/** The match, or an error that says what the text is not. */
function read(pattern, text, what) {
  const match = pattern.exec(text);
  if (match === null) throw new Error(`no ${what}: ${text}`);
  return match;
}

function wholeNumber(text, bits) {
  const number = BigInt(read(/^([+-]?)(\d+)$/, text, "number")[2]) * (text.startsWith("-") ? -1n : 1n);
  if (bits(number) !== number) throw new Error(`out of range: ${text}`);
  return number;
}

/** A fraction of a second without trailing zeros: ".5", or nothing. */
function fraction(nanoseconds) {
  const digits = String(nanoseconds).padStart(9, "0").replace(/0+$/, "");
  return digits === "" ? "" : `.${digits}`;
}

function durationText({ message: { seconds, nanos } }) {
  const negative = seconds < 0n || nanos < 0;
  return `${negative ? "-" : ""}${negative ? -seconds : seconds}${fraction(Math.abs(nanos))}s`;
}

function timestampText({ message: { seconds, nanos } }) {
  return new Date(Number(seconds) * 1000).toISOString().replace(/\.000Z$/, `${fraction(nanos)}Z`);
}

function readTimestamp(text) {
  const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
  const [, civil, digits = "", zone] = read(pattern, text, "timestamp");
  const milliseconds = Date.parse(`${civil}Z`);
  // A date that does not exist is none, or the day after it.
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(civil)) throw new Error(`no date: ${text}`);
  const [, sign, hours, minutes] = /(.)(\d\d):(\d\d)/.exec(zone) ?? [0, "+", 0, 0];
  const offset = BigInt(`${sign}1`) * (BigInt(hours) * 3600n + BigInt(minutes) * 60n);
  return timestamp(BigInt(milliseconds) / 1000n - offset, Number(digits.slice(0, 9).padEnd(9, "0")));
}

function timestamp(seconds, nanos) {
  if (seconds < -62135596800n || seconds > 253402300799n) throw new Error("timestamp out of range");
  return { $typeName: "google.protobuf.Timestamp", seconds, nanos };
}

// An empty text is no duration.
const original = cel.celEnv();
const readDuration = (text) => {
  if (text === "" || text === "-" || text === "+") throw new Error("no duration");
  const value = cel.plan(original, cel.parse("duration(text)"))({ text });
  if (cel.isCelError(value)) throw value;
  return value;
};

/** Plain up to 10^21, as JavaScript has it, but with all digits, and with two of an exponent. */
function doubleText(value) {
  if (Object.is(value, -0)) return "-0";
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(BigInt(value));
  return String(value).replace(/e([+-])(\d)$/, "e$10$2");
}

// A map's keys come in no order that the language knows; ours are sorted.
const KINDS = ["boolean", "bigint", "string"];
function compareKeys(a, b) {
  const [left, right] = [a, b].map((key) => (cel.isCelUint(key) ? key.value : key));
  if (typeof left !== typeof right) return KINDS.indexOf(typeof left) - KINDS.indexOf(typeof right);
  if (typeof left === "string") return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : left > right ? 1 : 0;
}
const mapPrototype = Object.getPrototypeOf(cel.celMap(new Map()));
const keysOf = mapPrototype.keys;
mapPrototype.keys = function () {
  return [...keysOf.call(this)].sort(compareKeys);
};
// A key whose value is null is there.
mapPrototype.has = function (key) {
  return this.get(key) !== undefined;
};

const functions = [
  // The least int has no opposite.
  cel.celFunc("-_", [INT], INT, (value) => {
    if (-value !== BigInt.asIntN(64, -value)) throw new Error("int overflow");
    return -value;
  }),
  // Those beyond the ints can be divided by one.
  cel.celFunc("_/_", [UINT, UINT], UINT, (left, right) => {
    if (right.value === 0n) throw new Error("division by zero");
    return cel.celUint(left.value / right.value);
  }),
  // What can be no key of a map is in none.
  ...[NULL, BYTES, LIST, MAP, TIMESTAMP, DURATION, TYPE].map((type) => cel.celFunc("@in", [type, MAP], BOOL, () => false)),
  // "0x10", " 1", "" are no numbers, and a uint has no minus.
  cel.celFunc("int", [STRING], INT, (text) => wholeNumber(text, (number) => BigInt.asIntN(64, number))),
  cel.celFunc("uint", [STRING], UINT, (text) => cel.celUint(wholeNumber(text.replace(/^-/, "?"), (number) => BigInt.asUintN(64, number)))),
  // The same; and "inf" is one.
  cel.celFunc("double", [STRING], DOUBLE, (text) => {
    const match = read(/^([+-]?)(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(inf|infinity)|(nan))$/i, text, "double");
    if (match[4]) return NaN;
    const number = match[3] ? Infinity : Number(match[2]);
    if (!match[3] && number === Infinity) throw new Error(`out of range: ${text}`);
    return match[1] === "-" ? -number : number;
  }),
  // "T" and "F" are bools.
  cel.celFunc("bool", [STRING], BOOL, (text) => read(/^(?:(1|t|T|true|TRUE|True)|(0|f|F|false|FALSE|False))$/, text, "bool")[1] !== undefined),
  // An int is seconds, not milliseconds.
  cel.celFunc("timestamp", [INT], TIMESTAMP, (seconds) => timestamp(seconds, 0)),
  // February 30th does not exist, nor does 24 o'clock.
  cel.celFunc("timestamp", [STRING], TIMESTAMP, readTimestamp),
  cel.celFunc("duration", [STRING], DURATION, readDuration),
  // "1.5s", not "1.500s".
  cel.celFunc("string", [DURATION], STRING, durationText),
  cel.celFunc("string", [TIMESTAMP], STRING, timestampText),
  cel.celFunc("string", [DOUBLE], STRING, doubleText),
  ...DATE_FUNCTIONS,
];

const environment = cel.celEnv({ funcs: functions });

/** The messages of an error and of those that were merged into it. */
function messagesOf(error) {
  const merged = Array.isArray(error.cause) ? error.cause.flatMap(messagesOf) : [];
  return [error.message, ...merged];
}

/** `{outcome, message}`: the text of what an expression evaluates to, or "error" and why, several messages joined by "; ". */
export function evaluate(text, values) {
  try {
    const value = cel.plan(environment, cel.parse(text))(values);
    if (cel.isCelError(value)) return { outcome: "error", message: messagesOf(value).join("; ") };
    return { outcome: textOfCel(value), message: "" };
  } catch (error) {
    return { outcome: "error", message: error.message };
  }
}
