// The playground's initial weights: all weights of every layer that can be added begin with the distribution that is chosen.

import { beforeAll, expect, it } from "vitest";
import { init, sequential } from "../../src/index.ts";
import { kinds, layerOf } from "../../src/worker/description.ts";
import { newLayer } from "../../web/src/parts/train/layer-fields.ts";
import { defaultState, layersOf } from "../../web/src/parts/train/spec.ts";

beforeAll(() => init());

/** A sample that a layer takes as it is when it is added. */
function inputOf(kind: string): number[] {
  if (kind === "reshape") return [28, 28];
  if (kind.endsWith("2d")) return [10, 10, 4];
  return kind.endsWith("1d") || kind === "spatialDropout" ? [10, 4] : [8];
}

/** The elements of a network's parameters, and their shapes, by name. */
function paramsOf(kind: string, initial: "he" | "xavier" | "normal") {
  const spec = { ...defaultState.spec, hidden: [newLayer(kind)], initial };
  using net = sequential([layerOf("test", layersOf(spec, 3)[0]!)], { input: inputOf(kind), seed: 1 });
  return Object.entries(net.params).map(([name, { shape, data }]) => ({ name, shape, data: data.slice() }));
}

it.each(kinds.layers)("%s", (kind) => {
  const [he, xavier, normal] = (["he", "xavier", "normal"] as const).map((initial) =>
    paramsOf(kind, initial),
  );
  for (const [i, { name, shape, data }] of he!.entries()) {
    // What is no weight, a bias or a factor, is a row.
    const isWeight = shape.length > 1;
    const others = [xavier![i]!.data, normal![i]!.data];
    for (const other of others) expect(String(other) === String(data), name).toBe(!isWeight);
  }
});

it("those within a block, and beside it, too", () => {
  const hidden = [
    {
      kind: "residual",
      layers: [newLayer("separableConv2d"), { kind: "residual", layers: [newLayer("depthwiseConv2d")] }],
      shortcut: newLayer("conv2d"),
    },
  ];
  const he = { kind: "he" };
  const [block] = layersOf({ ...defaultState.spec, hidden, initial: "he" }, 3);
  expect(block).toMatchObject({
    layers: [{ depthwise: he, pointwise: he }, { layers: [{ weight: he }] }],
    shortcut: { weight: he },
  });
});
