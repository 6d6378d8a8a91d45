// Training and the client of the worker, as one file of the page: they have much in common, which a page's compression finds only where it
// is in one file. Whatever needs the worker imports this.

import { trainingWorker } from "../../shared/worker.ts";
import Train from "./index.tsx";

Object.freeze([trainingWorker, Train]);
