import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs, {
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { isTemporary, writeFileAtomic } from "../../src/io/atomic.ts";
import { FileError } from "../../src/io/file-error.ts";
import { bundle } from "../bundle.ts";
import { temporaryFolder } from "../data/idx-files.ts";
import { generator } from "../fuzz/damaged-files.ts";

const failure = (code: string) => Object.assign(new Error(`${code}: as said`), { code });

/** Replaces one of the system's calls for the test. */
function replaceCall<K extends "link" | "rename">(name: K, call: (typeof fs)[K]): void {
  const spy = vi.spyOn(fs, name).mockImplementation(call as never);
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FileError);
  return (error as FileError).code;
}

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

  it("leaves the last one's file, whole, where several are written at once", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "file");
    // The first are the longest, and would be the last to be written.
    const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(4_000_000 / 8 ** i));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(await readFile(path, "utf8")).toBe(contents.at(-1));
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("takes names as long as the system allows", async () => {
    const folder = await temporaryFolder();
    const name = "é".repeat(120);
    await writeFileAtomic(join(folder, name), "x");
    expect(await readdir(folder)).toEqual([name]);
  });

  it("is on disk before it has its name, and its name after that", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "file");
    await writeFile(path, "old");
    const calls: string[] = [];
    const handle = await open(path);
    const prototype = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    const { sync } = prototype;
    const spy = vi.spyOn(prototype, "sync").mockImplementation(function (this: typeof handle) {
      calls.push("sync");
      return sync.call(this);
    });
    onTestFinished(() => spy.mockRestore());
    const { rename } = fs;
    replaceCall("rename", (from, to) => {
      calls.push("rename");
      return rename(from, to);
    });
    await writeFileAtomic(path, "new");
    expect(calls).toEqual(["sync", "rename", "sync"]);
    expect(await readFile(path, "utf8")).toBe("new");
  });

  it("keeps what was there, and no temporary file, where the rename fails", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "file");
    await writeFile(path, "kept");
    replaceCall("rename", () => Promise.reject(failure("EIO")));
    expect(await codeOf(writeFileAtomic(path, "new"))).toBe("EIO");
    expect(await readdir(folder)).toEqual(["file"]);
    expect(await readFile(path, "utf8")).toBe("kept");
  });

  it("refuses a folder, and a place in a folder that does not exist", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "occupied"));
    await expect(writeFileAtomic(join(folder, "occupied"), "new")).rejects.toThrow(
      new FileError(join(folder, "occupied"), "is a folder, and no file can replace it", "EISDIR"),
    );
    const path = join(folder, "none", "file");
    await expect(writeFileAtomic(path, "x")).rejects.toThrow(
      `${path}: cannot be written: ENOENT: no such file or directory`,
    );
    expect(await codeOf(writeFileAtomic(path, "x"))).toBe("ENOENT");
  });

  it("says which file a full disk has no room for, and leaves nothing of it", async () => {
    const folder = await temporaryFolder();
    const handle = await open(folder);
    await handle.close();
    const spy = vi
      .spyOn(Object.getPrototypeOf(handle) as typeof handle, "writeFile")
      .mockRejectedValue(failure("ENOSPC"));
    onTestFinished(() => spy.mockRestore());
    const path = join(folder, "file");
    await expect(writeFileAtomic(path, "x")).rejects.toThrow(`${path}: cannot be written: ENOSPC: as said`);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("what killed processes left", () => {
  it("does not stand in the way, whatever it is called, and goes once it is an hour old", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "w");
    const [old, young, foreign] = [
      `.w.${"0".repeat(24)}.tmp`,
      `.w.${"1".repeat(24)}.tmp`,
      `.v.${"2".repeat(24)}.tmp`,
    ] as const;
    const names = [old, young, foreign, `.w.${process.pid}-0.tmp`, ".w.notes.tmp"];
    for (const name of names) await writeFile(join(folder, name), "half");
    const before = new Date(Date.now() - 61 * 60 * 1000);
    for (const name of [old, foreign, ".w.notes.tmp"]) await utimes(join(folder, name), before, before);
    await writeFileAtomic(path, "x");
    expect(await readdir(folder)).toEqual([...names.slice(1), "w"].sort());
    expect([old, young, foreign].map(isTemporary)).toEqual([true, true, true]);
    expect([".w.notes.tmp", "w", ".w.tmp"].map(isTemporary)).toEqual([false, false, false]);
  });
});

describe("a process that is killed while it writes", () => {
  it("leaves one whole file, and nothing that keeps the next from writing", async () => {
    const folder = await temporaryFolder();
    const built = await temporaryFolder();
    await bundle(["src/io/atomic.ts"], built, {});
    const path = join(folder, "file");
    const script = `const { writeFileAtomic } = await import(process.argv[1]);
      for (let i = 0; ; i++) {
        await writeFileAtomic(process.argv[2], Buffer.alloc(20_000_000, "ab"[i % 2]));
        if (i === 0) process.stdout.write("written");
      }`;
    const random = generator(1);
    for (let kills = 0; kills < 8; kills++) {
      const child = spawn(process.execPath, [
        "--input-type=module",
        "--eval",
        script,
        join(built, "atomic.mjs"),
        path,
      ]);
      await once(child.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, random(60)));
      child.kill("SIGKILL");
      await once(child, "exit");
      const bytes = await readFile(path);
      expect(bytes.equals(Buffer.alloc(20_000_000, bytes[0]))).toBe(true);
      expect((await readdir(folder)).filter((name) => name !== "file" && !isTemporary(name))).toEqual([]);
    }
  });
});

describe("a file that is replaced", () => {
  it("stays a link where it is one, to a file in any place, or to none yet", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "far"));
    await writeFile(join(folder, "far", "target"), "old");
    await symlink(join("far", "target"), join(folder, "near"));
    await symlink("near", join(folder, "chain"));
    await writeFileAtomic(join(folder, "chain"), "new");
    expect(await readFile(join(folder, "far", "target"), "utf8")).toBe("new");
    expect(await readlink(join(folder, "chain"))).toBe("near");
    await symlink(join("far", "nothing yet"), join(folder, "dangling"));
    await writeFileAtomic(join(folder, "dangling"), "made");
    expect(await readlink(join(folder, "dangling"))).toBe(join("far", "nothing yet"));
    expect(await readFile(join(folder, "far", "nothing yet"), "utf8")).toBe("made");
    expect(await readdir(join(folder, "far"))).toEqual(["nothing yet", "target"]);
    await mkdir(join(folder, "a"));
    await symlink(join("..", "far"), join(folder, "a", "elsewhere"));
    await symlink(join("..", "up"), join(folder, "far", "link"));
    await writeFileAtomic(join(folder, "a", "elsewhere", "link"), "made");
    expect(await readFile(join(folder, "up"), "utf8")).toBe("made");
    await symlink("itself", join(folder, "itself"));
    expect(await codeOf(writeFileAtomic(join(folder, "itself"), "x"))).toBe("ELOOP");
  });

  it("keeps its mode, and its owner where we may give files away", async () => {
    const path = join(await temporaryFolder(), "file");
    await writeFile(path, "old");
    for (const mode of [0o600, 0o664, 0o777]) {
      await fs.chmod(path, mode);
      await writeFileAtomic(path, "new");
      expect((await stat(path)).mode & 0o777).toBe(mode);
    }
    if (process.getuid?.() === 0) await chown(path, 65_534, 65_534);
    const { uid, gid } = await stat(path);
    await writeFileAtomic(path, "newer");
    expect(await stat(path)).toMatchObject({ uid, gid });
  });

  it("is not replaced where it is write-protected", async () => {
    const folder = await temporaryFolder();
    await bundle(["src/io/atomic.ts"], folder, {});
    const path = join(folder, "protected");
    await writeFile(path, "kept", { mode: 0o444 });
    await fs.chmod(folder, 0o777);
    const script = `const { writeFileAtomic } = await import(process.argv[1]);
      await writeFileAtomic(process.argv[2], "new").catch(({ code }) => process.stdout.write(code));`;
    const args = ["--input-type=module", "--eval", script, join(folder, "atomic.mjs"), path];
    // The superuser may write everywhere.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    expect(execFileSync(process.execPath, args, { ...user, cwd: folder, encoding: "utf8" })).toBe("EACCES");
    expect(await readFile(path, "utf8")).toBe("kept");
  });

  // Of devices only pipes: a test that fails should not cost anybody /dev/null.
  it("is written into where it is a device or a pipe", async () => {
    const pipe = join(await temporaryFolder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    const [text] = await Promise.all([readFile(pipe, "utf8"), writeFileAtomic(pipe, "through")]);
    expect(text).toBe("through");
    expect((await lstat(pipe)).isFIFO()).toBe(true);
    await bundle(["src/io/atomic.ts"], dirname(pipe), {});
    const script = `await (await import(process.argv[1])).writeFileAtomic("/dev/stdout", "out");`;
    const args = [
      process.execPath,
      "--input-type=module",
      "--eval",
      script,
      join(dirname(pipe), "atomic.mjs"),
    ];
    expect(execFileSync("sh", ["-c", '"$@" | cat', "sh", ...args], { encoding: "utf8" })).toBe("out");
  });
});

describe("overwrite: false", () => {
  it("writes where nothing is, and stops at anything: a file, a folder, a link to nothing", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "file");
    await writeFileAtomic(path, "first", { overwrite: false });
    await mkdir(join(folder, "folder"));
    await symlink("nowhere", join(folder, "link"));
    await expect(writeFileAtomic(path, "second", { overwrite: false })).rejects.toThrow(
      `${path}: already exists, and nothing is overwritten`,
    );
    for (const name of ["file", "folder", "link"]) {
      expect(await codeOf(writeFileAtomic(join(folder, name), "x", { overwrite: false }))).toBe("EEXIST");
    }
    expect(await readFile(path, "utf8")).toBe("first");
    expect(await readdir(folder)).toEqual(["file", "folder", "link"]);
  });

  it.each(["EPERM", undefined])("lets one of several win (%s from link)", async (code) => {
    // FAT has no links, and says EPERM.
    if (code) replaceCall("link", () => Promise.reject(failure(code)));
    const folder = await temporaryFolder();
    const path = join(folder, "file");
    const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000));
    const results = await Promise.allSettled(
      contents.map((content) => writeFileAtomic(path, content, { overwrite: false })),
    );
    const winner = results.findIndex(({ status }) => status === "fulfilled");
    expect(await readFile(path, "utf8")).toBe(contents[winner]);
    const others = results.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    expect(others.map(({ reason }) => reason.code)).toEqual(new Array(7).fill("EEXIST"));
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("leaves nothing where there are no links and the rename fails", async () => {
    replaceCall("link", () => Promise.reject(failure("EPERM")));
    replaceCall("rename", () => Promise.reject(failure("EIO")));
    const folder = await temporaryFolder();
    expect(await codeOf(writeFileAtomic(join(folder, "file"), "x", { overwrite: false }))).toBe("EIO");
    expect(await readdir(folder)).toEqual([]);
  });
});
