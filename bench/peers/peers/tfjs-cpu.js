import * as tf from "@tensorflow/tfjs";
import { tfjs } from "./tfjs.js";

export default tfjs(async () => {
  await tf.setBackend("cpu");
  await tf.ready();
});
