// MNIST and its like: four files, fetched once and kept by the browser.

import "./engine-file.ts";
import type { Tensor } from "kobai";
import { decompress, parseIdx } from "kobai/data";
import { ToldError } from "../../shared/told-error.ts";
import type { Prepared } from "./data.ts";
import type { FetchedKind } from "./data-kinds.ts";

/** build.js says where, from the page on. */
declare const FASHION_MNIST: string;

const folders: Readonly<Record<FetchedKind, string>> = { mnist: "mnist/", fashionMnist: FASHION_MNIST };

const [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS] = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
];
const [SIDE, CLASSES] = [28, 10];

/** In the browser's store of what pages have fetched. */
const STORE = "kobai-data";

/** Where a file lies: its authors have it under the name of a compressed file, build.js has not. */
function addressOf(kind: FetchedKind, name: string): string {
  const folder = folders[kind];
  return new URL(`${folder}${name}${folder.startsWith("https:") ? ".gz" : ""}`, document.baseURI).href;
}

/** How much has come, in bytes. */
export interface Progress {
  readonly loaded: number;
  /** of all files; undefined where their servers do not say */
  readonly total: number | undefined;
}

/** A data set on its way. */
export class Fetching {
  readonly found: Promise<Prepared>;
  readonly #kind: FetchedKind;
  readonly #stop = new AbortController();
  readonly #files = new Map<string, { loaded: number; total: number }>();

  constructor(kind: FetchedKind) {
    this.#kind = kind;
    this.found = this.#fetch();
    // Of several files that fail the others are of no use.
    this.found.catch(() => this.cancel());
  }

  get progress(): Progress {
    const files = [...this.#files.values()];
    const total = files.length < 4 ? Number.NaN : files.reduce((sum, file) => sum + file.total, 0);
    return {
      loaded: files.reduce((sum, { loaded }) => sum + loaded, 0),
      total: Number.isNaN(total) ? undefined : total,
    };
  }

  cancel(): void {
    this.#stop.abort();
  }

  async #fetch(): Promise<Prepared> {
    // A page that comes from an unsafe place, or is shut in, has no store.
    const store = await globalThis.caches?.open(STORE).catch(() => undefined);
    const names = [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS] as const;
    const files = await Promise.all(names.map((name) => this.#file(name, store)));
    const tensors = await Promise.all(files.map(({ bytes }, i) => tensorOf(names[i]!, bytes)));
    const [x, t, testX, testT] = tensors as [Tensor, Tensor, Tensor, Tensor];
    for (const [name, images, labels] of [
      [TRAIN_LABELS, x, t],
      [TEST_LABELS, testX, testT],
    ] as const) {
      if (images.shape[0] !== labels.shape[0] || labels.data.some((label) => label >= CLASSES))
        throw wrong(name);
    }
    // What is kept is what could be read.
    for (const { address, bytes, isKept } of files)
      if (!isKept) await store?.put(address, new Response(bytes)).catch(() => {});
    const set = (x: Tensor, t: Tensor) => ({
      x: { ...x, shape: [x.shape[0]!, SIDE * SIDE] },
      t,
      scale: 1 / 255,
      classes: CLASSES,
    });
    return {
      train: set(x, t),
      test: set(testX, testT),
      classes: CLASSES,
      input: [SIDE * SIDE],
      images: { x: testX.data as Uint8Array, t: testT.data as Uint8Array },
    };
  }

  async #file(name: string, store: Cache | undefined) {
    const address = addressOf(this.#kind, name);
    const kept = await store?.match(address).catch(() => undefined);
    const response = kept ?? (await this.#answer(name, address));
    const bytes = await this.#bytesOf(name, response);
    return { address, bytes, isKept: kept !== undefined };
  }

  async #answer(name: string, address: string): Promise<Response> {
    const { signal } = this.#stop;
    const response = await fetch(address, { signal }).catch((error: unknown) => {
      throw signal.aborted ? error : broken(name);
    });
    if (response.ok) return response;
    throw new ToldError({
      en: `${name} could not be fetched: the server answers ${response.status}.`,
      ja: `${name} を取得できません。サーバーの答えは ${response.status} です。`,
    });
  }

  async #bytesOf(name: string, response: Response): Promise<Uint8Array<ArrayBuffer>> {
    // What is compressed on its way alone has another length there than here.
    const length = response.headers.has("content-encoding") ? null : response.headers.get("content-length");
    const file = { loaded: 0, total: length === null ? Number.NaN : Number(length) };
    this.#files.set(name, file);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const reader = response.body!.getReader();
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw this.#stop.signal.aborted ? error : broken(name);
      });
      if (done) break;
      chunks.push(value);
      file.loaded += value.length;
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  }
}

const broken = (name: string) =>
  new ToldError({
    en: `${name} could not be fetched: is there a connection? What was asked for can be asked for again.`,
    ja: `${name} を取得できません。接続を確かめて、もう一度取得してください。`,
  });

const wrong = (name: string, detail = "") =>
  new ToldError({
    en: `${name}: this is no IDX file of images of 28 × 28 pixels or of their labels. ${detail}`,
    ja: `${name}: 28 × 28 画素の画像か、そのラベルの IDX ファイルではありません。${detail}`,
  });

async function tensorOf(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Tensor> {
  let tensor: Tensor;
  try {
    tensor = parseIdx(await decompress(bytes, name), name);
  } catch (error) {
    throw wrong(name, (error as Error).message);
  }
  const { shape, dtype } = tensor;
  const sides = name.includes("images") ? [SIDE, SIDE] : [];
  if (dtype !== "uint8" || String(shape.slice(1)) !== String(sides) || shape[0] === 0) throw wrong(name);
  return tensor;
}

const known = new Map<FetchedKind, Fetching>();

/** What is being fetched, or was: begun where it was not. */
export function fetching(kind: FetchedKind): Fetching {
  const before = known.get(kind);
  if (before) return before;
  const made = new Fetching(kind);
  known.set(kind, made);
  made.found.catch(() => known.delete(kind));
  return made;
}
