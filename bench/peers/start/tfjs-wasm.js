import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs";
import { step } from "./tfjs.js";

await tf.setBackend("wasm");
await step();
