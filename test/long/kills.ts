// Ends `kobai train` from outside at hundreds of random moments, as test/cli/kills.test.ts does twenty times:
// node scripts/run.js test/long/kills.ts [count, 400] [seed, 1]. Of the threaded runs some stay stopped for longer than lanes wait for each
// other. Prints what came of them; a run that left something else than it should stays where the message says.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inFolder, kill, randomKill } from "../cli/kills.ts";
import { smallMnist } from "../data/idx-files.ts";

const [count, seed] = [Number(process.argv[2] ?? 400), Number(process.argv[3] ?? 1)];
const root = await mkdtemp(join(tmpdir(), "kobai-kills-"));
const data = join(root, "data");
await mkdir(data);
for (const [name, bytes] of Object.entries(smallMnist(200, 50))) await writeFile(join(data, name), bytes);

const counts = new Map<string, number>();
let wrong = 0;
for (let i = 0; i < count; i++) {
  const each = randomKill(seed, i);
  const { signal, moment, threads } = each;
  const folder = join(root, String(i));
  const long = signal === "SIGSTOP" && threads > 1 && i % 40 < 20;
  let outcome: string;
  try {
    outcome = await inFolder(folder, () => kill(each, data, folder, long ? 12_000 : 200));
  } catch (error) {
    wrong++;
    outcome = "WRONG";
    console.log(`${folder}: ${JSON.stringify(each)}: ${(error as Error).message}`);
  }
  const what = `${signal} after ${moment.after}${long ? ", stopped for 12 s" : ""}: ${outcome}`;
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
for (const [what, times] of [...counts].sort()) console.log(String(times).padStart(5), what);
console.log(`${count} kills, ${wrong} wrong`);
if (wrong === 0) await rm(root, { recursive: true });
process.exitCode = wrong > 0 ? 1 : 0;
