// SPDX-License-Identifier: Apache-2.0
// Evaluates random expressions with our evaluator and with another implementation of CEL, and compares the results.
//
// The other implementation has neither unknown values nor numbers with a text. So ours evaluates each expression once more,
// with bindings that are partly unknown: the result must be an error or the same as before.
//
//   CEL_MODULES=... node differential.mjs EVALUATOR [--cases=20000] [--seed=1] [--show]
//
// EVALUATOR is the program evaluate_cases. Differences that differences.mjs explains are counted by rule; others are
// shortened, printed, and fail the run. The seed is printed: the same seed generates the same cases. --show prints an example
// of each rule.

import { makeBindings } from "./bindings.mjs";
import { Chance } from "./chance.mjs";
import { explain } from "./differences.mjs";
import { Evaluator } from "./evaluator.mjs";
import { Expressions, render, smaller } from "./expressions.mjs";
import { evaluate } from "./oracle.mjs";

// Ours evaluates one while the other does the next.
const BATCH = 500;
// Further ones are seldom about something else.
const MOST_SHOWN = 10;
const MISSPELT_PERCENT = 5;
const RESULTS = ["bool", "bool", "bool", "int", "uint", "double", "string", "bytes", "list", "map", "timestamp", "duration", "type"];

function flag(name, otherwise) {
  const found = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  return found ? Number(found.split("=")[1]) : otherwise;
}

// What to put anywhere into a text.
const NOISE = [..."()[]{}.,:?!&|=<>+-*/%'\"\\`0x1ueE9 \n_ab", "in", "r'", "b'", "//", "&&", "true", "\u00e9"];

/** The expression with a piece of its text removed, repeated or replaced: most parse no longer, some mean something else. */
function misspelt(tree, chance) {
  const text = render(tree);
  const at = chance.below(text.length);
  const end = at + 1 + chance.below(3);
  const middle = chance.oneOf(["", text.slice(at, end) + text.slice(at, end), chance.oneOf(NOISE)]);
  return { type: tree.type, parts: [text.slice(0, at) + middle + text.slice(end)] };
}

function makeCase(chance) {
  let tree = new Expressions(chance).make(chance.oneOf(RESULTS), 1 + chance.below(4));
  if (chance.percent(MISSPELT_PERCENT)) tree = misspelt(tree, chance);
  const { values, text: bindings, partlyKnown } = makeBindings(chance);
  return { tree, text: render(tree), values, bindings, partlyKnown };
}

/** The case with both results, `ours` and `theirs`. */
const compared = (one, ours) => ({ ...one, ours, theirs: evaluate(one.text, one.values) });

/** Undefined if both agree, a rule's name if the difference is explained, null if it is not. */
function verdict({ text, bindings, ours, theirs }) {
  if (ours.outcome === theirs.outcome) return undefined;
  return explain(text, ours, theirs, bindings);
}

/** Whether it makes no difference to the result that parts of the bindings are not known. */
function isSound(ours, partly) {
  if (partly.outcome === "error" || partly.outcome === ours.outcome) return true;
  // Something was put together that holds what is not known.
  return /error|\$unknown/.test(partly.outcome);
}

/** The smallest case found that differs like this one. */
async function shortened(evaluator, failed) {
  for (const tree of smaller(failed.tree)) {
    const candidate = { ...failed, tree, text: render(tree) };
    if (candidate.text.length >= failed.text.length) continue;
    const [ours] = await evaluator.evaluate([candidate]);
    const result = compared(candidate, ours);
    if (verdict(result) === null) return shortened(evaluator, result);
  }
  return failed;
}

function print({ text, bindings, ours, theirs }) {
  console.log(`  ${text}`);
  console.log(`    with   ${bindings}`);
  console.log(`    ours   ${ours.outcome}  ${ours.message}`);
  console.log(`    theirs ${theirs.outcome}  ${theirs.message}`);
}

const count = flag("cases", 20_000);
const seed = flag("seed", 1);
const show = process.argv.includes("--show");
console.log(`${count} cases, seed ${seed}`);

const evaluator = new Evaluator(process.argv[2]);
const chance = new Chance(seed);
const rules = new Map();
const outcomes = { values: 0, errors: 0, explained: 0, unexplained: 0, partlyKnown: 0, unsound: 0 };
for (let done = 0; done < count; done += BATCH) {
  const cases = Array.from({ length: Math.min(BATCH, count - done) }, () => makeCase(chance));
  const results = await evaluator.evaluate(cases);
  const partly = await evaluator.evaluate(cases.map(({ text, partlyKnown }) => ({ text, bindings: partlyKnown })));
  for (let index = 0; index < cases.length; ++index) {
    const result = compared(cases[index], results[index]);
    if (partly[index].outcome !== "error") ++outcomes.partlyKnown;
    if (!isSound(results[index], partly[index]) && ++outcomes.unsound <= MOST_SHOWN) {
      console.log(`depends on what is not known, in the ${done + index + 1}th case:`);
      print(result);
      console.log(`    and with ${cases[index].partlyKnown}`);
      console.log(`    ours   ${partly[index].outcome}  ${partly[index].message}`);
    }
    const rule = verdict(result);
    if (rule === undefined) {
      ++outcomes[result.ours.outcome === "error" ? "errors" : "values"];
    } else if (rule !== null) {
      ++outcomes.explained;
      if (show && !rules.has(rule)) print(result);
      rules.set(rule, (rules.get(rule) ?? 0) + 1);
    } else if (++outcomes.unexplained <= MOST_SHOWN) {
      console.log(`different, in the ${done + index + 1}th case, made shorter:`);
      print(await shortened(evaluator, result));
    }
  }
}
await evaluator.close();

console.log(`${outcomes.values} equal values, ${outcomes.errors} errors in both`);
for (const [rule, times] of rules) console.log(`${times} explained: ${rule}`);
console.log(`${outcomes.unexplained} unexplained`);
console.log(`${outcomes.partlyKnown} values although not all was known, ${outcomes.unsound} of them wrong`);
const enough = outcomes.values > count / 3 && outcomes.partlyKnown > count / 4;
process.exitCode = outcomes.unexplained === 0 && outcomes.unsound === 0 && enough ? 0 : 1;
