import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs";
import { tfjs } from "./tfjs.js";

export default tfjs(async () => {
  await tf.setBackend("wasm");
  await tf.ready();
});
