// Every door of kobai is tried with every value in place of each of its arguments. Nothing may end in an error that is not one of ours,
// and what is taken must be written down in accepted.json, where a person has read it. (KOBAI_ACCEPT=1 writes it anew.)

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as book from "../../src/book/index.ts";
import * as kobai from "../../src/index.ts";
import * as numeric from "../../src/numeric/index.ts";
import * as ops from "../../src/ops.ts";
import * as plot from "../../src/plot/index.ts";
import * as worker from "../../src/worker/index.ts";
import { type Door, doors as engineDoors } from "./doors.ts";
import { plotDoors } from "./plot-doors.ts";
import { values } from "./values.ts";
import { closeWorker, workerDoors } from "./worker-doors.ts";

const doors = [...engineDoors, ...plotDoors, ...workerDoors];
const file = new URL("accepted.json", import.meta.url);
const written = process.env.KOBAI_ACCEPT
  ? {}
  : (JSON.parse(readFileSync(file, "utf8")) as Record<string, string[]>);
const accepted: Record<string, string[]> = {};

beforeAll(async () => {
  await kobai.init();
});
afterAll(closeWorker);

/** What came of a call: undefined where it was accepted. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function tryDoor({ name, args, call }: Door): Promise<void> {
  const places = Math.max(1, args().length);
  for (let place = 0; place < places; place++) {
    const key = places > 1 ? `${name}, argument ${place + 1}` : name;
    const taken: string[] = [];
    for (const [label, make] of values) {
      const given = [...args()];
      given[place] = make();
      const error = await outcome(() => (call as (...args: unknown[]) => unknown)(...given));
      if (error === undefined) taken.push(label);
      else if (label === "a class" && String(error).includes("without 'new'")) continue;
      else if (!(error instanceof kobai.KobaiError)) {
        throw new Error(`${key} with ${label}: ${String(error)}`, { cause: error });
      } else if (error.message.length >= 600 || /\p{Cc}/u.test(error.message)) {
        throw new Error(`${key} with ${label}: a message that is long or has control characters`, {
          cause: error,
        });
      }
    }
    accepted[key] = taken;
    if (!process.env.KOBAI_ACCEPT) expect(taken, `what ${key} takes`).toEqual(written[key]);
  }
}

describe("nothing but our errors, and nothing accepted by chance", () => {
  it.each(doors.map((door) => [door.name, door] as const))("%s", (_, door) => tryDoor(door));

  it("every export has a door", () => {
    // Classes that users make nothing of: their methods are doors.
    const inside = ["Network", "TrainingWorker", "WorkerDataset", "WorkerNetwork"];
    const functions = (exports: object, module: string) =>
      Object.entries(exports)
        .filter(
          ([name, value]) => typeof value === "function" && !/Error$/.test(name) && !inside.includes(name),
        )
        .map(([name]) => `${module}: ${name}`);
    const known = doors.map(({ name }) => name);
    const all = [
      ...functions(kobai, "kobai"),
      ...functions(ops, "kobai/ops"),
      ...functions(book, "kobai/book"),
      ...functions(numeric, "kobai/numeric"),
      ...functions(plot, "kobai/plot"),
      ...functions(worker, "kobai/worker"),
    ];
    const missing = all.filter((name) => !known.some((each) => each === name || each.startsWith(`${name},`)));
    expect(missing).toEqual([]);
    if (process.env.KOBAI_ACCEPT) writeFileSync(file, `${JSON.stringify(accepted, null, 1)}\n`);
  });
});
