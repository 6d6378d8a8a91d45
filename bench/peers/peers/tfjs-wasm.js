import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs";
import { tfjs } from "./tfjs.js";

const cannot = "its wasm backend has no gradient of a convolution";

export default tfjs(
  async () => {
    await tf.setBackend("wasm");
    await tf.ready();
  },
  { cnn: cannot, simple: cannot },
);
