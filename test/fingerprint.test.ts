import { expect, it } from "vitest";
import { init } from "../src/index.ts";
import { fingerprints } from "./fingerprints.ts";

// What `node scripts/run.js scripts/fingerprint.ts` prints. Whoever changes a bit of training sees it here, and on which platform;
// where the change is meant, the new digests take the place of these, with a word in the change log.
const expected = {
  "sgd relu shuffle float32": "71577984b7b9b63ab311939b54a22e5e787ccdcb524615b1613310e1fd3835f1",
  "momentum sigmoid replacement float32": "b2a2925f61f7fc5280dfc1aef22cfe136f8760c86c6a36e79e5c3c8cacfb6d5f",
  "adaGrad tanh values float32": "2d674de3eeb0c97c0ffe103c9cec7f2eeee6501f71d5869baa6890e7c021a675",
  "adam deep float32": "efc3accdb08179a613effef8b898d53e78669d5e9e96fa1a03df6b91a025fe3e",
  "sgd relu shuffle float64": "1449ff1ef330d44f24f933fc6046a4d943b817ae37b131cbfc7962b8779d58b3",
  "momentum sigmoid replacement float64": "0dfb7abf9734e49b4a8129b617ffe1d0d62f11a685ccf9d2032a9d3a867504f5",
  "adaGrad tanh values float64": "f33443b07c987af9413b97b020eda23b09bd0b1b134b2ef7e3353e9734f851fe",
  "adam deep float64": "68a5668f88d9fcbdcaee64866e31e87c05e6141285c0348bc3fae02519d7deca",
};

it("training gives the bits that it gives on every machine", async () => {
  await init();
  expect(await fingerprints()).toEqual(expected);
});
