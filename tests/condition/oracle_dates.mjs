// SPDX-License-Identifier: Apache-2.0
// getFullYear and similar functions for @bufbuild/cel, whose own take years before 100 for years of the 20th century and
// round 999,999,999 nanoseconds to zero milliseconds.

import { cel, wkt } from "./packages.mjs";

const TIMESTAMP = cel.objectType(wkt.TimestampSchema);
const { INT, STRING } = cel.CelScalar;
const DAY = 86_400_000;

const formats = new Map();

/** The zone's calendar. Throws for a zone that does not exist. */
function formatOf(zone) {
  if (!formats.has(zone)) {
    const numeric = Object.fromEntries(["year", "month", "day", "hour", "minute", "second"].map((part) => [part, "numeric"]));
    formats.set(zone, new Intl.DateTimeFormat("en-US", { ...numeric, era: "short", hourCycle: "h23", timeZone: zone }));
  }
  return formats.get(zone);
}

/** A date whose UTC parts are those that clocks of the zone show; no zone is UTC. Milliseconds are not in it. */
function local(seconds, zone) {
  const milliseconds = Number(seconds) * 1000;
  if (zone === "") return new Date(milliseconds);
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return new Date(milliseconds + (offset[1] === "-" ? -1 : 1) * minutes * 60_000);
  }
  const parts = Object.fromEntries(formatOf(zone).formatToParts(new Date(milliseconds)).map(({ type, value }) => [type, value]));
  const year = /^B/.test(parts.era) ? 1 - Number(parts.year) : Number(parts.year);
  const date = new Date(0);
  date.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  date.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  return date;
}

function dayOfYear(date) {
  const first = new Date(0);
  first.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  first.setUTCHours(0, 0, 0, 0);
  return Math.floor((date.getTime() - first.getTime()) / DAY);
}

const PARTS = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: dayOfYear,
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date, nanoseconds) => Math.floor(nanoseconds / 1e6),
};

function methods(name, part) {
  const method = function (zone = "UTC") {
    return BigInt(part(local(this.message.seconds, zone), this.message.nanos));
  };
  return [cel.celMethod(name, TIMESTAMP, [], INT, method), cel.celMethod(name, TIMESTAMP, [STRING], INT, method)];
}

export const DATE_FUNCTIONS = Object.entries(PARTS).flatMap(([name, part]) => methods(name, part));
