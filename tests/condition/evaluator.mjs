// SPDX-License-Identifier: Apache-2.0
// Our evaluator, the program evaluate_cases, as a process that evaluates one case at a time.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { stringText } from "./value_text.mjs";

export class Evaluator {
  #process;
  #lines;
  #ended;

  constructor(program) {
    this.#process = spawn(program, [], { stdio: ["pipe", "pipe", "inherit"] });
    this.#ended = new Promise((resolve) => this.#process.on("close", resolve));
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** `{outcome, message}` of each `{text, bindings}`, both texts; in order. */
  async evaluate(cases) {
    const lines = cases.map(({ text, bindings }) => ["case", "", "unchecked", "", stringText(text), bindings, ""].join("\t"));
    this.#process.stdin.write(lines.join("\n") + "\n");
    const results = [];
    for (const { text } of cases) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`the evaluator ended (${await this.#ended}), at the latest with: ${text}`);
      const [outcome, message] = value.split("\t");
      results.push({ outcome, message });
    }
    return results;
  }

  /** Ends the process. */
  async close() {
    this.#process.stdin.end();
    await this.#ended;
  }
}
