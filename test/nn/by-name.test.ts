// What can be taken by its name is everything that there is.

import { expect, test } from "vitest";
import * as kobai from "../../src/index.ts";
import { initializers, losses } from "../../src/nn/by-name.ts";
import * as allInitializers from "../../src/nn/initializers.ts";
import * as allLosses from "../../src/nn/losses.ts";
import * as bookOptimizers from "../../src/nn/optimizers/book.ts";
import { optimizers } from "../../src/nn/optimizers/by-name.ts";
import * as allExtras from "../../src/nn/optimizers/extras.ts";
import * as furtherOptimizers from "../../src/nn/optimizers/further.ts";
import * as allSchedules from "../../src/nn/schedules/index.ts";
import { kinds } from "../../src/worker/description.ts";

/** The functions of a module that are public, but for those named. */
const publicOf = (module: object, ...but: string[]) =>
  Object.keys(module)
    .filter((name) => name in kobai && !but.includes(name))
    .sort();

test.each<[string, readonly string[], string[]]>([
  ["losses", Object.keys(losses), publicOf(allLosses, "loss")],
  ["initializers", Object.keys(initializers), publicOf(allInitializers)],
  ["optimizers", Object.keys(optimizers), publicOf({ ...bookOptimizers, ...furtherOptimizers })],
  ["losses in a worker", kinds.losses, publicOf(allLosses, "loss")],
  ["initializers in a worker", kinds.initializers, publicOf(allInitializers)],
  ["optimizers in a worker", kinds.optimizers, publicOf({ ...bookOptimizers, ...furtherOptimizers })],
  ["schedules in a worker", kinds.schedules, publicOf(allSchedules)],
  ["extras in a worker", kinds.extras, publicOf(allExtras)],
  ["weights in a worker", kinds.weights, ["classWeights", "sampleWeights"]],
])("%s", (_, there, all) => {
  expect(there.toSorted()).toEqual(all);
  expect(all.length).toBeGreaterThan(1);
});
