// node node.js PEER WORK …: see process.js

import { answer } from "./process.js";

const [peer, ...args] = process.argv.slice(2);
await answer(() => import(`./${peer}.js`), args);
