// SPDX-License-Identifier: Apache-2.0
// The npm packages of dev.d/cel, wherever they are installed: $CEL_MODULES is their node_modules.

import { createRequire } from "node:module";
import { join } from "node:path";

const modules = process.env.CEL_MODULES;
if (!modules) throw new Error("CEL_MODULES is not set: the folder node_modules that has @bufbuild/cel");
const require = createRequire(join(modules, "here"));

/** @bufbuild/cel: an implementation of the language. */
export const cel = require("@bufbuild/cel");

/** Suites of cases, each `{name, suites, tests}`. */
export const conformanceSuites = require("@bufbuild/cel-spec/testdata/conformance.js").tests;
export const parsingSuites = require("@bufbuild/cel-spec/testdata/parsing.js").tests;

/** @bufbuild/protobuf: the messages for times. */
export const wkt = require("@bufbuild/protobuf/wkt");
