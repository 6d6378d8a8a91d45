import "./engine-file.ts";
import { fashionMnist, mnist } from "kobai/data";
import type { FetchedKind, Prepared } from "./data.ts";

/** build.js says where, from the page on. */
declare const FASHION_MNIST: string;

const sets = {
  mnist: { read: mnist, folder: "mnist/" },
  fashionMnist: { read: fashionMnist, folder: FASHION_MNIST },
};

/** The four files of a data set. */
export async function fetchImages(kind: FetchedKind): Promise<Prepared> {
  const { read, folder } = sets[kind];
  const { train, test } = await read({ dir: new URL(folder, document.baseURI).href });
  return {
    train,
    test,
    classes: 10,
    input: [784],
    images: { x: test.x.data as Uint8Array, t: test.t.data as Uint8Array },
  };
}
