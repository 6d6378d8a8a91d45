import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeFileAtomic } from "../../src/io/atomic.ts";
import { temporaryFolder } from "../data/idx-files.ts";

describe("writeFileAtomic", () => {
  it("writes and replaces, leaving nothing else behind", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "file");
    await writeFileAtomic(path, "勾配");
    expect(await readFile(path, "utf8")).toBe("勾配");
    await writeFileAtomic(path, new Uint8Array([1, 2]));
    expect([...(await readFile(path))]).toEqual([1, 2]);
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("leaves one whole file where several are written at once", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "file");
    const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(await readFile(path, "utf8"));
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("keeps what was there, and no temporary file, where the rename fails", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "occupied");
    await mkdir(path);
    await writeFile(join(path, "inside"), "kept");
    await expect(writeFileAtomic(path, "new")).rejects.toThrow();
    expect(await readdir(folder)).toEqual(["occupied"]);
    expect(await readFile(join(path, "inside"), "utf8")).toBe("kept");
  });

  it("refuses a folder that does not exist", async () => {
    await expect(writeFileAtomic(join(await temporaryFolder(), "none", "file"), "x")).rejects.toThrow(
      "ENOENT",
    );
  });
});
