// What can be trained on, by kinds.

/** Points that are computed. */
const computed = ["spiral", "circles", "xor", "clusters"] as const;
/** What the user gives: points that are clicked, rows of a file, drawings. */
const own = ["points", "csv", "drawings"] as const;
/** Images that are fetched, by the functions of kobai/data that read them. */
const fetched = ["mnist", "fashionMnist"] as const;

export const dataKinds = [...computed, ...own, ...fetched] as const;
export type DataKind = (typeof dataKinds)[number];
export type FetchedKind = (typeof fetched)[number];

export const isComputed = (kind: DataKind) => (computed as readonly DataKind[]).includes(kind);
export const isFetched = (kind: DataKind): kind is FetchedKind =>
  (fetched as readonly DataKind[]).includes(kind);
/** Whether samples are images of 28 × 28 pixels. */
export const isOfImages = (kind: DataKind) => kind === "drawings" || isFetched(kind);

/** A point of the plane with its class. */
export type LabelledPoint = readonly [x: number, y: number, label: number];
