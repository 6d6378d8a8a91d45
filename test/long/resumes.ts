// Kills runs of `kobai train` at random moments and resumes them, as test/cli/resume.test.ts does a few times:
// node scripts/run.js test/long/resumes.ts [kills, 30] [seed, 1]. All must end with the bits of a run that was left alone.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { init } from "../../src/index.ts";
import { disturbed, undisturbed } from "../cli/resumes.ts";
import { smallMnist } from "../data/idx-files.ts";

const [most, first] = [Number(process.argv[2] ?? 30), Number(process.argv[3] ?? 1)];
await init();
const root = await mkdtemp(join(tmpdir(), "kobai-resumes-"));
const data = join(root, "data");
await mkdir(data);
for (const [name, bytes] of Object.entries(smallMnist(200, 50))) await writeFile(join(data, name), bytes);

const whole = await undisturbed(data, root);
let [kills, wrong] = [0, 0];
for (let seed = first; kills < most; seed++) {
  const ran = await disturbed(data, root, Math.min(6, most - kills), seed);
  kills += ran.kills;
  const isSame = JSON.stringify({ ...ran, kills: 0 }) === JSON.stringify(whole);
  if (!isSame) wrong++;
  console.log(`seed ${seed}: ${ran.kills} kills, ${isSame ? "the same bits" : "OTHER BITS"}`);
}
console.log(`${kills} kills, ${wrong} wrong`);
if (wrong === 0) await rm(root, { recursive: true });
process.exitCode = wrong > 0 ? 1 : 0;
