import { train } from "./train.js";

// Not with `await` outside of a function, which workers of one file, as Vite and Parcel make them, cannot have.
train({ threads: "auto" }).then((found) => postMessage(found));
