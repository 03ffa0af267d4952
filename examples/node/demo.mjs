// SPDX-License-Identifier: Apache-2.0
// Two caches and a writer on one server: what one process writes, no other serves from its cache any more.
//
//   node demo.mjs localhost:7400

import { setTimeout as sleep } from "node:timers/promises";
import { NearCache } from "./near_cache.mjs";
import { escape } from "./names.mjs";
import { Writer } from "./writes.mjs";

const endpoint = process.argv[2] ?? "localhost:7400";
const database = new Map([["A", 100], ["B", 250]]); // prices of products

async function loadPrice(product) {
  console.log(`  query the price of ${product}`);
  return { value: database.get(product), tags: [`product:${escape(product)}`] };
}

/** Shows what a process shows of every product. */
async function show(cache, name) {
  const prices = {};
  for (const product of database.keys()) {
    prices[product] = await cache.getOrLoad(`price:${escape(product)}`, () => loadPrice(product));
  }
  console.log(`${name}:`, prices);
}

const web = new NearCache(endpoint, "web");
const report = new NearCache(endpoint, "report");
const writer = new Writer(endpoint);
while (!(web.isLive && report.isLive)) await sleep(10);
await show(web, "web");
await show(report, "report");
await show(web, "web again");
database.set("A", 120); // the commit
const written = await writer.write("product", "A", "update", { wait: true });
console.log(`A costs 120, seen everywhere: ${written.seenEverywhere}`);
await show(web, "web");
await show(report, "report");
writer.close();
await Promise.all([web.close(), report.close()]);
