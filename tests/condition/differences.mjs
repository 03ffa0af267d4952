// SPDX-License-Identifier: Apache-2.0
// Where the two implementations differ, and why that is correct: the committed list.
//
// A rule returns whether it explains a difference, from the text, both results, `{outcome, message}`, and the text of the
// bindings. A message contains all errors of the evaluation, joined by "; ".

/** Whether one of our errors is like that. */
const weSay = (pattern) => (text, ours) => ours.message.split("; ").some((message) => pattern.test(message));
/** Whether one of theirs is. */
const theySay = (pattern) => (text, ours, theirs) => theirs.message.split("; ").some((message) => pattern.test(message));

const RULES = [
  {
    name: "a uint key that stands in a map twice is an error; theirs does not notice",
    applies: weSay(/^duplicate map key$/),
  },
  {
    name: "int(duration) and duration(int) are no part of the language's definition; theirs has them",
    applies: weSay(/^no such overload: (int\(google.protobuf.Duration|duration\(int)\)$/),
  },
  {
    name: "a double is no key of a map; theirs makes an int of a whole one",
    applies: weSay(/^no such overload: a key of type double$/),
  },
  {
    name: "a bool is no index of a list; theirs makes an int of it",
    applies: weSay(/^no such overload: an index of bool$/),
  },
  {
    name: "has(x.field) is for maps; theirs is false for everything else",
    applies: weSay(/^no such overload: has\(\) of /),
  },
  {
    name: "has() of a name that does not exist is an error; theirs is false",
    applies: (...all) => weSay(/^no such name: /)(...all) && /\bhas\(/.test(all[0]),
  },
  {
    name: "theirs leaves out !! and -- without looking at what is behind them",
    applies: (...all) => weSay(/^(no such overload: [!-]|out of range: -int)/)(...all) && /!\s*\(*\s*!|-\s*\(*\s*-/.test(all[0]),
  },
  {
    name: "theirs cannot read a minus in front of a literal of a uint (there is none for its value, either)",
    applies: (...all) => theySay(/^<input>:/)(...all) && /-\s*(0x[0-9A-Fa-f]+|\d+)[uU]/.test(all[0]),
  },
  {
    name: "the least int divided by -1 is out of range, and so is the rest of that division; theirs is 0",
    applies: weSay(/^out of range: int % int$/),
  },
  {
    name: "has() takes the selection of a field; theirs takes whatever ends in one",
    applies: weSay(/expected a field selection, as in `has\(x.field\)`/),
  },
  {
    name: "an error in a list's index is one like others; theirs ends the evaluation",
    applies: theySay(/^unsupported input undefined$/),
  },
  {
    name: "an escape sequence has all its digits; theirs takes what there is",
    applies: weSay(/expected an escape sequence/),
  },
  {
    name: "a literal has 64 bits; theirs has no bound",
    applies: weSay(/expected a number in the range of an? (u?int|double)/),
  },
  {
    name: "theirs takes the beginning of a name for true, false or null",
    applies: (...all) => theySay(/^<input>:/)(...all) && /\b(true|false|null)\w/.test(all[0]),
  },
  {
    name: "a comment may end the text; theirs needs a line behind it",
    applies: (...all) => theySay(/^<input>:/)(...all) && /\/\/.*$/.test(all[0]),
  },
  {
    // CEL's conformance cases ask for that (lte_literal.*_lossy_double). Equality is exact.
    name: "the order of an integer beyond 2^53 and a double is that of two doubles; theirs is exact",
    applies: (text, ours, theirs, bindings) =>
      ours.message === "" && theirs.message === "" && /900719925474099[13]|922337203685477580[67]|18446744073709551615/.test(text + bindings),
  },
  {
    name: "a number of JSON beyond 2^53 may have been rounded: what is equal to it is an error; theirs takes it as it came",
    applies: weSay(/^a number beyond 2\^53 that may have been rounded$/),
  },
  {
    name: "the text of a number that no double holds is equal to that number; theirs knows no number in a text",
    applies: (text, ours, theirs, bindings) =>
      weSay(/^a number was compared with text that has more digits/)(text, ours) ||
      (ours.outcome !== "error" && theirs.outcome !== "error" && /["']-?\d{16,}/.test(text + bindings)),
  },
  {
    name: "durations have no unit µs: the definition lists h, m, s, ms, us, ns",
    applies: weSay(/^cannot convert to duration: ".*µs"$/),
  },
  {
    name: "no zone is a day or more from UTC, nor has 60 minutes",
    applies: weSay(/^unknown time zone: "(25:00|\+01:60)"$/),
  },
];

/** The name of the first rule that explains the difference; null if none does. */
export function explain(text, ours, theirs, bindings) {
  return RULES.find((rule) => rule.applies(text, ours, theirs, bindings))?.name ?? null;
}
