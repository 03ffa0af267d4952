// SPDX-License-Identifier: Apache-2.0
// A cache in the process that is told what to drop: a subscriber of the service, and the values of one namespace.
//
//   const cache = new NearCache("localhost:7400", "shop");
//   const price = await cache.getOrLoad("price:7", async () => ({ value: await query(7), tags: ["product:7"] }));
//
// There is one thread: whatever happens between two `await`s happens at once.

import { randomUUID } from "node:crypto";
import { uptime } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { call, connect, duration, milliseconds, v1 } from "./contract.mjs";
import { hits, levels, matches } from "./names.mjs";

// Milliseconds, as all times here.
const START = 10_000; // a stream that has not started by then is given up
const SHORTEST_PAUSE = 100; // before the next stream
const LONGEST_PAUSE = 2000;
const TRACK = 2000;
const FAREWELL = 500;

const HEARTBEATS_MISSED = 3;
const REMEMBERED = 10_000; // invalidations, for fills that they may concern

/** The time by the clock that goes on while the machine is suspended: a lease ends then, too. */
const now = () => uptime() * 1000;

export class NearCache {
  #subscriptions;
  #entryService;
  #identity;
  #askedLease;
  #maxEntries;
  #entries = new Map(); // by key, the oldest first: {value, tags, expires}
  #keysByTag = new Map(); // a tag of an entry, or one above it -> Set of keys
  #recent = []; // {revision, invalidation}
  #applied = { epoch: "", revision: 0 }; // everything up to here is; without an epoch: no stream has started yet
  #part = 0; // the next part of the revision that is being applied
  #forgotten = 0; // every later invalidation is in #recent
  #head = Infinity; // of the stream's start: what was missed is applied once this is
  #serveUntil = -Infinity;
  #offered = -Infinity;
  #leaving = false;
  #following;
  // Of the current stream.
  #stream = null;
  #started = false;
  #lease = 0;
  #patience = START;
  #acknowledged = 0;
  #sequence = 0;
  #sent = new Map(); // when each message without an echo was sent

  constructor(endpoint, name, { namespace = "", lease = 10_000, maxEntries = 100_000 } = {}) {
    this.#subscriptions = connect(v1.SubscriptionService, endpoint);
    this.#entryService = connect(v1.CacheEntryService, endpoint);
    this.#identity = { namespace, name, instance: randomUUID() };
    this.#askedLease = lease;
    this.#maxEntries = maxEntries;
    this.#following = Promise.resolve().then(() => this.#follow());
  }

  /** Leaves: nothing is served any more, so no writer has to wait for the lease. */
  async close() {
    this.#serveUntil = -Infinity;
    this.#leaving = true;
    if (this.#started) this._send({ acknowledged_revision: this.#applied.revision, leaves: true });
    await Promise.race([this.#following, sleep(FAREWELL)]);
    this.#stream?.cancel();
    await this.#following;
    this.#subscriptions.close();
    this.#entryService.close();
  }

  /** Whether it serves: it has a lease, and has applied what it missed before. */
  get isLive() {
    return now() < this.#serveUntil && !this.#leaving;
  }

  /** The entry, {value, ...}, or undefined. */
  get(key) {
    // First the lease: it was renewed after everything before it was applied. Then the entry.
    if (!this.isLive) return undefined;
    const entry = this.#entries.get(key);
    if (entry?.expires === Infinity) return entry; // reading this clock takes twenty microseconds
    return entry && now() < entry.expires ? entry : undefined;
  }

  /**
   * The value; if it is not here, that of `await load()`, which reads what the value is made of while it runs:
   *
   *   {value, tags, dependsOnKeys, ttl}   keys of cached values, milliseconds; all but the value may be left out
   *
   * Nothing drops a value without tags but its key, and the end of its time.
   */
  async getOrLoad(key, load) {
    const entry = this.get(key);
    if (entry) return entry.value;
    const position = this.isLive ? { ...this.#applied } : null;
    const loaded = { tags: [], dependsOnKeys: [], ttl: Infinity, ...(await load()) };
    if (position) await this.#keep(key, loaded, position);
    return loaded.value;
  }

  // Fills.

  /** Registers what was loaded from this position on, and keeps it if nothing has touched it until now. */
  async #keep(key, { value, tags, dependsOnKeys, ttl }, position) {
    const expires = now() + ttl; // before the service's own count begins: it forgets what an expired entry depended on
    const entry = { key, tags, depends_on_keys: dependsOnKeys, position };
    entry.only_tracked_keys = true; // values of other keys came from this cache, not from their source
    if (ttl < Infinity) entry.ttl = duration(ttl);
    let response;
    try {
      response = await this._track({ namespace: this.#identity.namespace, entries: [entry] });
    } catch (error) {
      console.warn(`${key} is not kept: ${error.details}`);
      return;
    }
    const valid = response.position; // the service vouches for it up to here; what was applied here can be later
    if (valid.epoch !== position.epoch && valid.epoch !== this.#applied.epoch) this.#distrust();
    if (response.results[0].outcome !== "FILL_OUTCOME_KEPT") return;
    if (valid.epoch !== this.#applied.epoch || this.#touchedAfter(valid.revision, key, tags)) return;
    this.#drop(key);
    if (this.#entries.size >= this.#maxEntries) this.#drop(this.#entries.keys().next().value);
    this.#entries.set(key, { value, tags, expires });
    for (const level of tags.flatMap(levels)) {
      if (!this.#keysByTag.has(level)) this.#keysByTag.set(level, new Set());
      this.#keysByTag.get(level).add(key);
    }
  }

  _track(request) {
    return call(this.#entryService, "TrackEntries", request, TRACK);
  }

  /** Whether something that was applied after this revision hits the entry, or may have: it is forgotten. */
  #touchedAfter(revision, key, tags) {
    if (revision < this.#forgotten) return true;
    return this.#recent.some((later) => later.revision > revision && hits(later.invalidation, key, tags));
  }

  /** Another history answers: what this stream says may not be everything. Only a lease asked for from now on counts. */
  #distrust() {
    this.#serveUntil = this.#offered = -Infinity;
    this.#sent.clear();
  }

  // Invalidations.

  /** The keys of the entries that are hit. */
  #hit(invalidation) {
    switch (invalidation.target) {
      case "tag":
        return [...(this.#keysByTag.get(invalidation.tag) ?? [])];
      case "key":
        return [invalidation.key];
      case "pattern":
        return [...this.#entries.keys()].filter((key) => matches(invalidation.pattern, key));
      default: // everything, or a kind of target that is newer than this program
        return [...this.#entries.keys()];
    }
  }

  /** Drops what is hit. What is only marked as stale is dropped as well: it may not be served as fresh. */
  #invalidate(revision, invalidation) {
    for (const key of this.#hit(invalidation)) this.#drop(key);
    this.#recent.push({ revision, invalidation });
    if (this.#recent.length < 2 * REMEMBERED) return;
    this.#forgotten = this.#recent[REMEMBERED - 1].revision;
    this.#recent.splice(0, REMEMBERED);
  }

  #drop(key) {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    for (const level of entry?.tags.flatMap(levels) ?? []) {
      const keys = this.#keysByTag.get(level);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysByTag.delete(level);
    }
  }

  /** Empties the cache: what it holds does not lead up to this position. */
  #beginAt({ epoch, revision }) {
    this.#entries.clear();
    this.#keysByTag.clear();
    this.#recent = [];
    this.#applied = { epoch, revision };
    this.#forgotten = revision;
    this.#part = 0;
  }

  // The stream.

  /** One stream after the other, each from where the last one ended. */
  async #follow() {
    let pause = SHORTEST_PAUSE;
    while (!this.#leaving) {
      const begun = now();
      try {
        await this.#runStream();
      } catch (error) {
        if (error.code === status.INVALID_ARGUMENT) {
          console.error(`the subscription is refused: ${error.details}`);
          this.#serveUntil = -Infinity;
          return;
        }
        if (!this.#leaving) console.warn(`the stream is lost: ${error.message}`);
      }
      // One that lasted shows that the service works.
      pause = now() - begun > LONGEST_PAUSE ? SHORTEST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
      if (!this.#leaving) await sleep(pause * (0.5 + Math.random() / 2));
    }
  }

  async #runStream() {
    this.#stream = this.#subscriptions.Subscribe();
    this.#started = false;
    this.#sequence = 0;
    this.#acknowledged = -1; // also the start is acknowledged
    this.#patience = START;
    this.#sent.clear();
    this.#stream.on("error", () => {}); // for when the loop below has ended already
    const giveUp = () => this.#stream.cancel();
    let silence = setTimeout(giveUp, this.#patience);
    let renewal;
    try {
      this._send({ subscription: this.#subscription() });
      for await (const response of this.#stream) {
        this._receive(response);
        renewal ??= setInterval(() => this.#acknowledge(), this.#lease / 3);
        clearTimeout(silence);
        silence = setTimeout(giveUp, this.#patience);
        if (this.#applied.revision > this.#acknowledged) this.#acknowledge();
      }
    } finally {
      clearTimeout(silence);
      clearInterval(renewal);
      this.#stream.cancel();
      this.#started = false;
    }
  }

  #subscription() {
    const subscription = { ...this.#identity, acknowledges: true, lease: duration(this.#askedLease) };
    return this.#applied.epoch ? { ...subscription, start_after: this.#applied } : subscription;
  }

  /** Acknowledges what is applied: as soon as it is, and at least every third of the lease. */
  #acknowledge() {
    this.#acknowledged = this.#applied.revision;
    this._send({ acknowledged_revision: this.#acknowledged });
  }

  _send(message) {
    this.#sent.set(++this.#sequence, now()); // the lease counts from before it is sent
    this.#stream.write({ ...message, sequence: this.#sequence });
  }

  /** Applies a response. */
  _receive({ started, reset, events, progress }) {
    if (started) this.#start(started);
    else if (!this.#started) throw new Error("the stream does not begin with its start");
    if (reset) this.#beginAt(reset.start_after);
    for (const part of events) this.#apply(part);
    if (progress) this.#pass(progress);
    if (this.#applied.revision >= this.#head) this.#serveUntil = Math.max(this.#serveUntil, this.#offered);
  }

  #start({ head, lease, heartbeat, start_after: revision }) {
    this.#started = true;
    this.#head = head.revision;
    this.#lease = milliseconds(lease);
    this.#patience = HEARTBEATS_MISSED * milliseconds(heartbeat);
    this.#part = 0;
    if (head.epoch !== this.#applied.epoch || revision !== this.#applied.revision) {
      this.#beginAt({ epoch: head.epoch, revision });
    }
  }

  /** Drops what a part of an event names. The revision is applied once its last part is. */
  #apply({ revision, part, last_part: isLast, invalidations }) {
    if (revision !== this.#applied.revision + 1 || part !== this.#part) {
      throw new Error(`revision ${revision}, part ${part} came after revision ${this.#applied.revision}`);
    }
    for (const invalidation of invalidations) this.#invalidate(revision, invalidation);
    this.#part = isLast ? 0 : part + 1;
    if (isLast) this.#applied.revision = revision;
  }

  /** Notes that everything before the echoed message was sent, and so that the lease which it asked for is granted. */
  #pass({ revision, echoed_sequence: echoed }) {
    if (revision > this.#applied.revision) {
      // Without a filter every revision is sent.
      throw new Error(`revision ${revision} was passed after revision ${this.#applied.revision}`);
    }
    if (this.#sent.has(echoed)) this.#offered = Math.max(this.#offered, this.#sent.get(echoed) + this.#lease);
    for (const sequence of this.#sent.keys()) if (sequence <= echoed) this.#sent.delete(sequence);
  }
}
