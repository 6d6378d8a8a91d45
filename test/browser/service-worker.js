import { constant, dense, init, sequential } from "../../dist/index.js";

addEventListener("message", async ({ ports: [port] }) => {
  const problem = await init({ threads: 2 }).catch(String);
  const { threads } = await init({ threads: "auto" });
  const net = sequential([dense(1, { weight: constant(2) })], { input: [3] });
  port.postMessage({ problem, threads, prediction: [...net.predict([1, 1, 1]).data] });
});
