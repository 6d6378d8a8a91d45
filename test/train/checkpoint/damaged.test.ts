// Checkpoints whose content is not what was written.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import {
  adam,
  checkpoint,
  crossEntropy,
  DataError,
  earlyStopping,
  init,
  load,
  restore,
  save,
} from "../../../src/index.ts";
import { crc32 } from "../../../src/io/crc32.ts";
import { parse, serialize } from "../../../src/io/index.ts";
import { philox4x32 } from "../../../src/random.ts";
import { expectSameBits } from "../../same-bits.ts";
import { blobs } from "../blobs.ts";
import { make } from "../expect-error.ts";

const folder = mkdtempSync(join(tmpdir(), "kobai-damaged-"));
beforeAll(() => init());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CHECKSUM = "kobai crc32";

async function sound(): Promise<Uint8Array<ArrayBuffer>> {
  using net = make();
  const fitting = { loss: crossEntropy(), optimizer: adam(), epochs: 2, evaluate: { data: blobs(20) } };
  await net.fit(blobs(100), { ...fitting, callbacks: [earlyStopping()] });
  return checkpoint(net);
}

describe("a checkpoint", () => {
  it("is not read with any of its bits turned", async () => {
    const bytes = await sound();
    const headerEnd = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    using net = make();
    const before = net.params["dense1.weight"]!.data;
    // Without the name of its checksum it is a sound file that has none.
    const name = Buffer.from(bytes).indexOf(CHECKSUM);
    expect(name).toBeGreaterThan(0);
    // All of the weights, and some of what stands before them.
    for (let i = 0; i < bytes.length; i += i < headerEnd ? 17 : 1) {
      if (i >= name && i < name + CHECKSUM.length) continue;
      const bit = philox4x32([i, 0, 0, 0], [1, 0])[0] % 8;
      bytes[i]! ^= 1 << bit;
      await expect(restore(net, bytes), `bit ${bit} of byte ${i}`).rejects.toThrow(DataError);
      bytes[i]! ^= 1 << bit;
    }
    expectSameBits(net.params["dense1.weight"]!.data, before, "what it had");
    await restore(net, bytes);
  });

  it("is named by its file, with what to do", async () => {
    const path = join(folder, "run.safetensors");
    using net = make();
    await save(net, path);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    const message =
      /^\S*run\.safetensors: is damaged: its CRC-32 is [0-9a-f]{8}, but it was written with "[0-9a-f]{8}"; take a copy, or, if it was changed on purpose, leave "kobai crc32" out of its metadata$/;
    await expect(load(path)).rejects.toThrow(message);
    await expect(restore(net, path)).rejects.toThrow(message);
  });

  it("is read without a checksum, as of others or of before there was one", async () => {
    const { tensors, metadata } = parse(await sound());
    expect(metadata[CHECKSUM]).toMatch(/^[0-9a-f]{8}$/);
    delete metadata[CHECKSUM];
    using net = await load(serialize(tensors, metadata));
    expect(net.steps).toBe(8);
  });

  it("may say something else in its metadata only where the checksum knows", async () => {
    const { tensors, metadata } = parse(await sound());
    using other = make();
    await expect(restore(other, serialize(tensors, { ...metadata, more: "" }))).rejects.toThrow("is damaged");
    // In whatever order.
    const turned = Object.fromEntries(Object.entries(metadata).reverse());
    using net = await load(serialize(tensors, turned));
    expect(net.steps).toBe(8);
  });
});

/** As the polynomial says, bit by bit. */
function plain(bytes: Uint8Array, before = 0): number {
  let c = ~before;
  for (const byte of bytes) {
    c ^= byte;
    for (let bit = 0; bit < 8; bit++) c = (c >>> 1) ^ (c & 1 ? 0xedb88320 : 0);
  }
  return ~c >>> 0;
}

test("CRC-32 is that of its definition", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => philox4x32([i, 0, 0, 0], [2, 0])[0]);
  for (const length of [0, 1, 7, 8, 9, 63, 64, 1000]) {
    const part = bytes.subarray(3, 3 + length);
    expect(crc32(part)).toBe(plain(part));
    expect(crc32(part, 0xcafebabe)).toBe(plain(part, 0xcafebabe));
  }
  expect(crc32(bytes.subarray(10), crc32(bytes.subarray(0, 10)))).toBe(plain(bytes));
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
});
