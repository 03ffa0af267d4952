// SPDX-License-Identifier: Apache-2.0
// Drives examples/node by requests, one JSON object a line; see client.py. Usage: driver.mjs ENDPOINT LEASE_SECONDS HISTORY
//
// HISTORY gets what the cache sent and what it has applied, one JSON object a line. It runs in the folder of the example.

import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const example = (name) => import(pathToFileURL(`${process.cwd()}/${name}`));
const { v1 } = await example("contract.mjs");
const { NearCache } = await example("near_cache.mjs");
const { escape } = await example("names.mjs");
const { Writer } = await example("writes.mjs");

const [endpoint, lease, history] = process.argv.slice(2);
const { requestSerialize, responseSerialize } = v1.SubscriptionService.service.Subscribe;

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** Records its history, and holds what it was asked to hold once the service has answered. */
class RecordedCache extends NearCache {
  #messages = 0;
  held = new Map(); // key -> the promise of its release

  _send(message) {
    this.#messages = message.subscription ? 1 : this.#messages + 1;
    const bytes = requestSerialize({ ...message, sequence: this.#messages });
    appendFileSync(history, `${JSON.stringify({ sent: bytes.toString("base64") })}\n`);
    super._send(message);
  }

  _receive(response) {
    super._receive(response);
    appendFileSync(history, `${JSON.stringify({ applied: responseSerialize(response).toString("base64") })}\n`);
  }

  async _track(request) {
    const response = await super._track(request);
    const [{ key }] = request.entries;
    if (this.held.has(key)) {
      say({ tracked: key });
      await this.held.get(key);
      this.held.delete(key);
    }
    return response;
  }
}

const cache = new RecordedCache(endpoint, "node", { lease: lease * 1000 });
const writer = new Writer(endpoint);
const loads = new Map(); // the id of a request -> what resolves what it loads
let release;

const DO = {
  get({ id, key, hold }) {
    if (hold) cache.held.set(key, new Promise((resolve) => (release = resolve)));
    return cache.getOrLoad(key, async () => {
      const loaded = new Promise((resolve) => loads.set(id, resolve));
      say({ load: id, key });
      const { value, tags = [], keys = [], ttl = Infinity } = await loaded;
      loads.delete(id);
      return { value, tags, dependsOnKeys: keys, ttl: ttl * 1000 };
    });
  },
  async write({ type, row, context, tags, wait, seconds = 60 }) {
    const written = await writer.write(type, row, "update", { context, tags, wait, patience: seconds * 1000 });
    return { revision: written.revision, seen_everywhere: written.seenEverywhere };
  },
  peek: ({ key }) => cache.get(key)?.value ?? null,
  live: () => cache.isLive,
  escape: ({ value }) => escape(value),
};

async function run(request) {
  try {
    say({ id: request.id, value: await DO[request.do](request) });
  } catch (error) {
    say({ id: request.id, error: String(error) });
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (request.do === "loaded") loads.get(request.id)(request);
  else if (request.do === "release") release();
  else run(request);
}
await cache.close();
writer.close();
