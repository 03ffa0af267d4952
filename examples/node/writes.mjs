// SPDX-License-Identifier: Apache-2.0
// Reports committed writes to the service, and tries again until it has them.

import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { call, connect, v1 } from "./contract.mjs";

const LONGEST_ATTEMPT = 5000; // milliseconds
const SHORTEST_PAUSE = 100;
const LONGEST_PAUSE = 2000;

// What the same request would meet again, unless the server asks for a retry: it does so where it limits calls. After any other
// error the write may have been applied, or not: sending it again is harmless.
const REFUSALS = new Set([
  ...[status.INVALID_ARGUMENT, status.NOT_FOUND, status.ALREADY_EXISTS, status.PERMISSION_DENIED, status.UNAUTHENTICATED],
  ...[status.RESOURCE_EXHAUSTED, status.FAILED_PRECONDITION, status.OUT_OF_RANGE, status.UNIMPLEMENTED],
]);

/** The milliseconds after which the server asks for a retry; 0 if it does not. */
const askedPause = (error) => Number(error.metadata?.get("grpc-retry-pushback-ms")[0] ?? 0);

/** An object as a google.protobuf.Struct. */
export function struct(object) {
  return { fields: Object.fromEntries(Object.entries(object).map(([name, member]) => [name, valueOf(member)])) };
}

/** A google.protobuf.Value. A bigint is sent as its text: numbers are doubles. */
function valueOf(value) {
  if (value === null || value === undefined) return { nullValue: "NULL_VALUE" };
  if (typeof value === "number") return { numberValue: value };
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "bigint") return valueOf({ $number: String(value) });
  if (Array.isArray(value)) return { listValue: { values: value.map(valueOf) } };
  return { structValue: struct(value) };
}

/** Call it after the commit: before it, a reader could put the old value back into a cache. */
export class Writer {
  #service;
  #namespace;

  constructor(endpoint, namespace = "") {
    this.#service = connect(v1.WriteEventService, endpoint);
    this.#namespace = namespace;
  }

  close() {
    this.#service.close();
  }

  /**
   * Reports one write. With `wait` it returns when no cache serves anything older, or cannot say so: {revision, seenEverywhere}.
   *
   * The error of gRPC after `patience` milliseconds, or of a refusal. The write is committed all the same: send it again
   * later, a refused one as a write of its whole type, which has an empty id.
   */
  async write(resourceType, resourceId, operation, { context, tags = [], wait = false, patience = 60_000 } = {}) {
    const write = { resource_type: resourceType, resource_id: resourceId, operation, tags };
    if (context) write.context = struct(context);
    const request = { namespace: this.#namespace, write, wait_for_subscribers: wait };
    const end = performance.now() + patience;
    for (let asked, pause = SHORTEST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const left = Math.max(end - performance.now(), 1);
      // One that waits may take as long as a lease; the service ends the wait before the deadline.
      const attempt = wait ? left : Math.min(left, LONGEST_ATTEMPT);
      try {
        const { result, waiting } = await call(this.#service, "InvalidateByWrite", request, attempt);
        const seenEverywhere = wait && waiting.late.length === 0 && !waiting.unknown_late;
        return { revision: result.position.revision, seenEverywhere };
      } catch (error) {
        asked = askedPause(error);
        if (REFUSALS.has(error.code) && !asked) throw error;
        if (performance.now() + Math.max(pause, asked) >= end) throw error;
      }
      await sleep(Math.max(pause * (0.5 + Math.random() / 2), asked));
    }
  }
}
