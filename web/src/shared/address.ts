// The state of the page is in its address: "#/part?name=value&…".

import { useEffect, useState } from "preact/hooks";

export interface Address {
  readonly part: string;
  readonly params: URLSearchParams;
}

export function readAddress(): Address {
  const [path = "", query = ""] = location.hash.slice(1).split("?");
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
  history.replaceState(null, "", `#/${part}${all.size > 0 ? `?${all}` : ""}`);
}

/** What belongs to the page and not to one of its parts. */
function general(params: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    ["lang", "theme"].flatMap((name) => (params.has(name) ? [[name, params.get(name)!]] : [])),
  );
}

/** The address, as it changes by links, by hand and by the history's buttons. */
export function useAddress(): Address {
  const [address, setAddress] = useState(readAddress);
  useEffect(() => {
    const changed = () => setAddress(readAddress());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return address;
}
