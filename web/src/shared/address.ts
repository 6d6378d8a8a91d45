// The state of the page is in its address: "#/part?name=value&…".

import { useEffect, useState } from "preact/hooks";

export interface Address {
  readonly part: string;
  readonly params: URLSearchParams;
}

/** Browsers refuse more than 100 changes in ten seconds: after so many the next ones wait a little, and only the last is written. */
const [MOST_WRITES, WITHIN_MS, WAIT_MS] = [25, 10_000, 400];
let writes: number[] = [];
/** what is not written yet */
let waiting: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

const currentHash = () => waiting ?? location.hash;

/** The whole address, with what is not written yet. */
export const currentAddress = () => new URL(currentHash(), location.href).href;

export function readAddress(): Address {
  const [path = "", query = ""] = currentHash().slice(1).split("?");
  return { part: path.replace(/^\//, "") || "train", params: new URLSearchParams(query) };
}

export function linkTo(part: string, params: Readonly<Record<string, string>> = {}): string {
  const kept = readAddress().params;
  const all = new URLSearchParams({ ...general(kept), ...params });
  return `#/${part}${all.size > 0 ? `?${all}` : ""}`;
}

/** Writes part of the state into the address, without a new entry of the history. An undefined value takes its name out. */
export function writeAddress(params: Readonly<Record<string, string | undefined>>): void {
  const { part, params: all } = readAddress();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) all.delete(name);
    else all.set(name, value);
  }
  waiting = `#/${part}${all.size > 0 ? `?${all}` : ""}`;
  const now = performance.now();
  writes = writes.filter((at) => now - at < WITHIN_MS);
  if (timer !== undefined) return;
  if (writes.length < MOST_WRITES) write();
  else timer = setTimeout(write, WAIT_MS);
}

function write(): void {
  timer = undefined;
  if (waiting === undefined) return;
  writes.push(performance.now());
  history.replaceState(null, "", waiting);
  waiting = undefined;
}

// What waits belongs to the address that was left.
addEventListener("hashchange", () => {
  clearTimeout(timer);
  timer = undefined;
  waiting = undefined;
});

/** What belongs to the page and not to one of its parts. */
function general(params: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    ["lang", "theme"].flatMap((name) => (params.has(name) ? [[name, params.get(name)!]] : [])),
  );
}

/** A number of an address, within a range; the usual one where there is none. */
export function numberOf(
  params: URLSearchParams,
  name: string,
  usual: number,
  [low, high]: readonly [number, number],
): number {
  const text = params.get(name) ?? "";
  const asked = Number(text);
  return text.trim() !== "" && asked >= low && asked <= high ? asked : usual;
}

/** A choice of few that stands in the address; the first is the usual one. */
export function useChoice<T extends string>(
  name: string,
  choices: readonly [T, ...T[]],
): [T, (choice: T) => void] {
  const [usual] = choices;
  const [choice, setChoice] = useState(
    () => choices.find((each) => each === readAddress().params.get(name)) ?? usual,
  );
  return [
    choice,
    (next) => {
      setChoice(next);
      writeAddress({ [name]: next === usual ? undefined : next });
    },
  ];
}

/** The address, as it changes by links, by hand and by the history's buttons; and how often it did. */
export function useAddress(): Address & { readonly visit: number } {
  const [address, setAddress] = useState(() => ({ ...readAddress(), visit: 0 }));
  useEffect(() => {
    const changed = () => setAddress(({ visit }) => ({ ...readAddress(), visit: visit + 1 }));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return address;
}
