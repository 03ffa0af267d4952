// SPDX-License-Identifier: Apache-2.0
// Checks objects against the types of Kubernetes and of the Prometheus operator: wrong values, missing fields, unknown fields.
//
//   node schema.mjs <OBJECTS      a JSON list; prints what is wrong, one finding a line, and exits with 1 if there is any
//
// $KUBERNETES_MODULES is the folder node_modules that has kubernetes-models.

import { createRequire } from "node:module";
import { join } from "node:path";
import { readFileSync } from "node:fs";

const modules = process.env.KUBERNETES_MODULES;
if (!modules) throw new Error("KUBERNETES_MODULES is not set: the folder node_modules that has kubernetes-models");
const require = createRequire(join(modules, "here"));

/** The class of an object, by its apiVersion and kind; undefined if there is none. */
function modelOf({ apiVersion, kind }) {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const package_ = group.endsWith(".coreos.com") ? "@kubernetes-models/prometheus-operator" : "kubernetes-models";
  try {
    return require([package_, group, version, kind].filter(Boolean).join("/"))[kind];
  } catch {
    return undefined;
  }
}

/**
 * A view of the value that records which of its fields were read. The models pass over fields that they do not know, as the
 * API of Kubernetes does. But they read every field that they know, so one that nothing has read is unknown.
 */
function recorded(value, path, fields) {
  if (value === null || typeof value !== "object") return value;
  const views = new Map();
  for (const [key, child] of Object.entries(value)) {
    const place = `${path}/${key}`;
    views.set(key, recorded(child, place, fields));
    fields.set(place, false);
  }
  return new Proxy(value, {
    get(target, key) {
      if (!views.has(key)) return Reflect.get(target, key);
      fields.set(`${path}/${key}`, true);
      return views.get(key);
    },
  });
}

/** The text of every finding about one object. */
function findingsOf(object) {
  const name = `${object.kind} ${object.metadata?.name}`;
  const model = modelOf(object);
  if (!model) return [`${name}: there is no kind ${object.kind} in ${object.apiVersion}`];
  const fields = new Map();
  const view = recorded(object, "", fields);
  const validated = new model();
  // Not by the constructor, which reads and copies every field.
  for (const key of Object.keys(object)) Object.defineProperty(validated, key, { get: () => view[key], enumerable: true });
  try {
    validated.validate();
  } catch (error) {
    return [`${name}: ${error.message}`];
  }
  const unknown = [...fields].filter(([, wasRead]) => !wasRead).map(([place]) => place);
  return unknown.map((place) => `${name}: unknown field ${place}`);
}

const findings = JSON.parse(readFileSync(0, "utf8")).flatMap(findingsOf);
for (const finding of findings) console.log(finding);
process.exit(findings.length > 0 ? 1 : 0);
