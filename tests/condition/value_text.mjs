// SPDX-License-Identifier: Apache-2.0
// Values as text, one text per value, identical to value_text.h: equal values have equal texts.
//
//   null  true  -17  17u  0x3ff0000000000000 (a double by its bits, or nan)  "text"  b"bytes"  [1,"a"]  {"a":1}
//   timestamp(SECONDS,NANOSECONDS)  duration(SECONDS,NANOSECONDS)  type(int)
//
// Bytes other than printable ASCII, and `"` and `\`, are written as \xHH. The members of a map are sorted by the texts of
// their keys.

import { cel } from "./packages.mjs";

const NANOSECONDS = 1_000_000_000n;

function quoted(bytes) {
  let text = '"';
  for (const byte of bytes) {
    const printable = byte >= 0x20 && byte <= 0x7e && byte !== 0x22 && byte !== 0x5c;
    text += printable ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text + '"';
}

export const nullText = () => "null";
export const boolText = (value) => String(value);
export const intText = (value) => String(value);
export const uintText = (value) => `${value}u`;
export const stringText = (value) => quoted(Buffer.from(value, "utf8"));
export const bytesText = (value) => `b${quoted(value)}`;
export const typeText = (name) => `type(${name})`;

export function doubleText(value) {
  if (Number.isNaN(value)) return "nan";
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  return `0x${bits.getBigUint64(0).toString(16).padStart(16, "0")}`;
}

/** Of texts of elements. */
export const listText = (elements) => `[${elements.join(",")}]`;

/** Of pairs of texts. */
export function mapText(entries) {
  const sorted = [...entries].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  return `{${sorted.map(([key, value]) => `${key}:${value}`).join(",")}}`;
}

/** `seconds` is a bigint; the nanoseconds are those above it (timestamps) or of its sign (durations). */
export const timestampText = (seconds, nanoseconds) => `timestamp(${seconds},${nanoseconds})`;
export const durationText = (seconds, nanoseconds) => `duration(${seconds},${nanoseconds})`;

/** Of a value as @bufbuild/cel returns and accepts it. */
export function textOfCel(value) {
  if (value === null) return nullText();
  if (cel.isCelUint(value)) return uintText(value.value);
  if (value instanceof Uint8Array) return bytesText(value);
  if (cel.isCelType(value)) return typeText(value.name);
  if (cel.isCelList(value)) return listText([...value].map(textOfCel));
  if (cel.isCelMap(value)) return mapText([...value].map(([key, held]) => [textOfCel(key), textOfCel(held)]));
  switch (typeof value) {
    case "boolean":
      return boolText(value);
    case "bigint":
      return intText(value);
    case "number":
      return doubleText(value);
    case "string":
      return stringText(value);
  }
  const message = value.message ?? value;
  if (message.$typeName === "google.protobuf.Timestamp") return timestampText(message.seconds, message.nanos);
  if (message.$typeName === "google.protobuf.Duration") return durationText(message.seconds, message.nanos);
  throw new Error(`a value of no known type: ${value}`);
}

/** Of a time as protobuf writes it in JSON: "2009-02-13T23:31:30.5Z". */
function textOfJsonTimestamp(text) {
  const [whole, fraction = ""] = text.replace(/Z$/, "").split(".");
  return timestampText(BigInt(Date.parse(`${whole}Z`)) / 1000n, Number(fraction.padEnd(9, "0")));
}

/** Of a duration as protobuf writes it in JSON: "-1.5s". */
function textOfJsonDuration(text) {
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?s$/.exec(text);
  const total = BigInt(sign + "1") * (BigInt(whole) * NANOSECONDS + BigInt(fraction.padEnd(9, "0")));
  return durationText(total / NANOSECONDS, total % NANOSECONDS);
}

/** Of a cel.expr.Value in protobuf's JSON. */
export function textOfJson(value) {
  const [[kind, held]] = Object.entries(value);
  switch (kind) {
    case "nullValue":
      return nullText();
    case "boolValue":
      return boolText(held);
    case "int64Value":
      return intText(held);
    case "uint64Value":
      return uintText(held);
    case "doubleValue":
      return doubleText(Number(held));
    case "stringValue":
      return stringText(held);
    case "bytesValue":
      return bytesText(Buffer.from(held, "base64"));
    case "typeValue":
      return typeText(held);
    case "listValue":
      return listText((held.values ?? []).map(textOfJson));
    case "mapValue":
      return mapText((held.entries ?? []).map((entry) => [textOfJson(entry.key), textOfJson(entry.value)]));
    case "objectValue":
      if (held["@type"].endsWith("/google.protobuf.Timestamp")) return textOfJsonTimestamp(held.value);
      if (held["@type"].endsWith("/google.protobuf.Duration")) return textOfJsonDuration(held.value);
  }
  throw new Error(`a value of no known kind: ${JSON.stringify(value)}`);
}
