import * as ort from "onnxruntime-node";
import { onnxruntime } from "./onnxruntime.js";

export default onnxruntime(async () => ort.default ?? ort);
