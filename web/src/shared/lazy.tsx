import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { text } from "../text.ts";
import { useTexts } from "./language.ts";

/** A component that is loaded when it is first shown: until then, and where it cannot be, a word stands in its place. */
export function lazy<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const t = useTexts(text);
    const [, shown] = useState(loaded !== undefined);
    const [problem, setProblem] = useState<string>();
    useEffect(() => {
      if (loaded) return;
      load().then(
        (module) => {
          loaded = module.default;
          shown(true);
        },
        (error: unknown) => setProblem(String(error)),
      );
    }, []);
    if (problem !== undefined) {
      return (
        <p role="alert">
          {t.failed} {problem}
        </p>
      );
    }
    const Loaded = loaded;
    return Loaded ? <Loaded {...props} /> : <p aria-busy="true">{t.loading}</p>;
  };
}
