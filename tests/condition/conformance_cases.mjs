// SPDX-License-Identifier: Apache-2.0
// CEL's conformance cases, for conformance.cc: one line each on standard output.
//
//   name TAB reason to skip it, or nothing TAB unchecked or checked TAB container TAB text TAB bindings TAB expected
//
// Text and bindings (a map) are as value_text.mjs writes them; expected is a value, or `error`, `parses` or `refused`.

import { conformanceSuites, parsingSuites } from "./packages.mjs";
import { mapText, stringText, textOfJson } from "./value_text.mjs";

const EXTENSION = "an extension of the language";
const MESSAGES = "protobuf messages";
const CHECKER = "about the types that the checker deduces";

// Files that are about one thing only.
const SKIPPED_FILES = new Map([
  ...["bindings_ext", "block_ext", "encoders_ext", "macros2", "math_ext", "network_ext"].map((name) => [name, EXTENSION]),
  ...["optionals", "proto2_ext", "string_ext"].map((name) => [name, EXTENSION]),
  ...["dynamic", "enums", "proto2", "proto3", "wrappers"].map((name) => [name, MESSAGES]),
]);

// The two messages that are values of the language, by the end of their names.
const TIME = /google\.protobuf\.(Timestamp|Duration)$/;
const NAMES_MESSAGE = /TestAllTypes|google\.protobuf\.(?!Timestamp\b|Duration\b)|google\.protobuf\.\w+\s*\{/;

/** Whether a message, or something that only messages have, is anywhere in a piece of a case. */
function hasMessage(json) {
  if (json === null || typeof json !== "object") return false;
  if (typeof json["@type"] === "string" && !TIME.test(json["@type"])) return true;
  if (typeof json.messageType === "string" && !TIME.test(json.messageType)) return true;
  return "enumValue" in json || "wrapper" in json || Object.values(json).some(hasMessage);
}

function reasonToSkip(file, test) {
  if (SKIPPED_FILES.has(file)) return SKIPPED_FILES.get(file);
  const { expr, container = "", value, bindings, typeEnv } = test;
  if (container.startsWith("cel.expr.conformance.") || NAMES_MESSAGE.test(expr)) return MESSAGES;
  if ([value, bindings, typeEnv].some((part) => hasMessage(part ?? null))) return MESSAGES;
  return test.checkOnly ? CHECKER : "";
}

function expectationOf({ evalError, value, typedResult }) {
  return evalError ? "error" : textOfJson(value ?? typedResult.result);
}

function write(name, skip, { disableCheck, container = "", expr, bindings = {} }, expected) {
  const bound = skip ? [] : Object.entries(bindings).map(([variable, of]) => [stringText(variable), textOfJson(of.value)]);
  const mode = disableCheck ? "unchecked" : "checked";
  process.stdout.write([name, skip, mode, container, stringText(expr), mapText(bound), expected].join("\t") + "\n");
}

// Of the texts that cel-go's parser is tested with, those whose outcome is its own.
const PARSING_SKIPPED = [
  [(test) => test.error?.startsWith("ERROR: :-1:0:"), "beyond the limits of cel-go, which are not ours"],
  [(test) => test.error?.includes("unsupported syntax: '`'"), "names in backticks are switched off in these"],
  [(test) => test.error?.includes("overwrites accumulator"), "cel-go's own way to expand macros"],
  [(test) => /\w\{/.test(test.original.expr), MESSAGES],
];

function writeParsing(index, test) {
  const skip = PARSING_SKIPPED.find(([applies]) => applies(test))?.[1] ?? "";
  // The checker of cel-go names its input, the parser does not.
  const refused = test.error && !test.error.startsWith("ERROR: <input>:");
  write(`parsing.text.${index}`, skip, { disableCheck: true, ...test.original }, refused ? "refused" : "parses");
}

function* testsOf(suite) {
  for (const test of suite.tests ?? []) yield test;
  for (const inner of suite.suites ?? []) yield* testsOf(inner);
}

for (const file of conformanceSuites.suites) {
  for (const section of file.suites ?? []) {
    for (const { original } of section.tests) {
      const skip = reasonToSkip(file.name, original);
      write(`${file.name}.${section.name}.${original.name}`, skip, original, skip ? "" : expectationOf(original));
    }
  }
}
[...testsOf(parsingSuites)].forEach((test, index) => writeParsing(index, test));
