// SPDX-License-Identifier: Apache-2.0
// Names in the contract: what a tag covers, how a value is written in one, and what an invalidation hits.

/** The value as one level of a tag: `order:${escape("urn:7")}` is order:urn%3A7 (docs/tags.md). */
export function escape(value) {
  return value.replaceAll("%", "%25").replaceAll(":", "%3A");
}

/** The tag and all tags above it: a:b:c, a:b, a. An invalidation of any of them hits what carries the tag. */
export function levels(tag) {
  const parts = tag.split(":");
  return parts.map((_, above) => parts.slice(0, parts.length - above).join(":"));
}

// What RE2 and JavaScript read in the same way, and match without trying things again and again: plain characters, escaped
// punctuation, \d and \w, simple classes, repetition of one of these, alternatives, and groups that are not repeated.
const ONE = String.raw`(?:[^\\[\](){}^$*+?|]|\\[!-/:-@[-\x60{-~]|\\[dDwW]|\[\^?[^\\[\]^]+\])`;
const REPEATED = String.raw`(?:[*+?]\??|\{\d+(?:,\d*)?\})?`;
const SAME_IN_BOTH = new RegExp(String.raw`^(?:${ONE}${REPEATED}|\((?:\?:)?|\)(?![*+?{])|\|)*$`, "u");

const MOST_COMPILED = 1000;
const compiled = new Map();

/** The expression, or null if it could mean something else here than in RE2. */
function compile(pattern) {
  if (!SAME_IN_BOTH.test(pattern)) return null;
  try {
    return new RegExp(`^(?:${pattern})$`, "u");
  } catch {
    return null;
  }
}

/** Whether a pattern may hit the key. True in doubt: a needless eviction costs a miss, a missing one a wrong value. */
export function matches(pattern, key) {
  if (!compiled.has(pattern)) {
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    compiled.set(pattern, compile(pattern));
  }
  return compiled.get(pattern)?.test(key) ?? true;
}

/** Whether an invalidation hits an entry with this key and these tags. */
export function hits(invalidation, key, tags) {
  switch (invalidation.target) {
    case "tag":
      return tags.some((tag) => levels(tag).includes(invalidation.tag));
    case "key":
      return invalidation.key === key;
    case "pattern":
      return matches(invalidation.pattern, key);
    default: // everything, or a kind of target that is newer than this program
      return true;
  }
}
