// An import map would be a script in the page, which the policy forbids: the files are imported by their addresses.
import {
  adam,
  crossEntropy,
  dense,
  he,
  init,
  relu,
  sequential,
  tensor,
} from "./node_modules/kobai/dist/index.js";
import { startWorker } from "./node_modules/kobai/dist/worker.js";

const points = () => ({
  x: tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]),
  t: tensor(new Uint8Array([0, 1, 1, 0])),
});

await init();
const data = points();
const net = sequential([dense(16, { weight: he() }), relu(), dense(2)], { input: [2], seed: 1 });
await net.fit(data, { loss: crossEntropy(), optimizer: adam({ lr: 0.1 }), steps: 500 });
document.querySelector("#output").textContent = `XOR: ${100 * net.accuracy(data.x, data.t)} % right`;

// kobai's own worker is made of a blob: here it comes from a file.
const worker = await startWorker({ worker: () => new Worker("./node_modules/kobai/dist/worker/script.js") });
const remote = await worker.sequential(
  [{ kind: "dense", units: 16, weight: { kind: "he" } }, { kind: "relu" }, { kind: "dense", units: 2 }],
  { input: [2], seed: 1 },
);
const posted = await worker.dataset(points());
await remote.fit(posted, { loss: "crossEntropy", optimizer: { kind: "adam", lr: 0.1 }, steps: 500 });
const { accuracy } = await remote.evaluate(posted);
document.querySelector("#worker").textContent = `XOR in a worker: ${100 * accuracy} % right`;
