import * as tf from "@tensorflow/tfjs";
import { step } from "./tfjs.js";

await tf.setBackend("cpu");
await step();
