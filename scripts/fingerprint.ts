// Prints what training gives, as SHA-256 digests of the weights: the same on every platform and in every version that has not
// changed the arithmetic on purpose. `node scripts/run.js scripts/fingerprint.ts`; test/fingerprint.test.ts holds the digests.

import { init } from "../src/index.ts";
import { fingerprints } from "../test/fingerprints.ts";

await init();
for (const [name, digest] of Object.entries(await fingerprints())) console.log(digest, name);
