// The page that shows figures beside the code that made them: one file, which loads nothing but the pictures beside it.

/** The scripts of examples/figures, in the order of the book. */
export const scriptNames = [
  "first-figures",
  "perceptrons",
  "losses",
  "differentiation",
  "gradient",
  "gradient-descent",
  "numerical-training",
  "graphs",
  "backpropagation",
  "optimizers",
] as const;

/** A script of figures, cut into what makes each of them. */
export interface Script {
  readonly path: string;
  /** its first comment line */
  readonly title: string;
  readonly figures: readonly Shown[];
  readonly source: string;
}

/** A figure of a script. */
export interface Shown {
  readonly name: string;
  /** what the comment above its code says: where it belongs, and what it shows */
  readonly place: string;
  readonly caption: string;
  readonly code: string;
}

/**
 * Cuts a script into its figures. The code of one begins with a comment, "// Where it belongs: what it shows", and ends with
 * `await save("its name", …)`; what stands between two such parts belongs to the latter.
 */
export function scriptOf(path: string, source: string): Script {
  const figures: Shown[] = [];
  let rest = source;
  for (const [call, name] of source.matchAll(/^await save\(\s*"([^"]+)"[\s\S]*?\);$/gm)) {
    const end = rest.indexOf(call) + call.length;
    const part = rest.slice(0, end);
    rest = rest.slice(end);
    const said = [...part.matchAll(/^\/\/ (.+?): (.+)$/gm)].at(-1);
    if (!said) throw new Error(`${path}: no comment above ${name} says where it belongs, and what it shows`);
    figures.push({ name: name!, place: said[1]!, caption: said[2]!, code: part.slice(said.index).trim() });
  }
  return { path, title: source.split("\n")[0]!.replace("// ", ""), figures, source };
}

export const escaped = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");

/** The code of a figure without the comment, which stands above it as text. */
export const withoutComment = ({ code }: Shown) => code.slice(code.indexOf("\n") + 1);

/** A picture is wider than this, in pixels, where it takes the whole row. */
const BESIDES = 560;
/** A picture is shrunk to this share of its size at most, where its text can still be read; then it scrolls. */
export const LEAST = 0.65;

export function galleryPage(
  scripts: readonly Script[],
  sizes: ReadonlyMap<string, { width: number; height: number }>,
): string {
  const figure = (shown: Shown) => {
    const { width, height } = sizes.get(shown.name)!;
    return `
<article id="${shown.name}"${width > BESIDES ? ' class="wide"' : ""}>
<div class="picture"><a href="${shown.name}.svg"><img src="${shown.name}.svg" width="${width}" height="${height}" style="min-width:${Math.round(LEAST * width)}px" alt="${escaped(shown.caption)}" loading="lazy"></a></div>
<div class="text">
<h3><a href="#${shown.name}">${shown.name}</a></h3>
<p>${escaped(shown.caption)}</p>
<p class="place">${escaped(shown.place)}</p>
<pre><code>${escaped(withoutComment(shown))}</code></pre>
</div>
</article>`;
  };
  const sections = scripts.map(
    ({ path, title, figures, source }) => `
<section id="${path}">
<h2>${escaped(title)}</h2>
<details><summary><code>node scripts/run.js ${path}</code></summary><pre><code>${escaped(source)}</code></pre></details>
${figures.map(figure).join("\n")}
</section>`,
  );
  const links = scripts.map(
    ({ path, title, figures }) =>
      `<li><a href="#${path}">${escaped(title.replace(/ \(.*/, ""))}</a> (${figures.length})</li>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>kobai: figures</title>
<style>${style}</style>
<header>
<h1>Figures</h1>
<p>The figures of the notebooks, drawn by <code>kobai/plot</code> from what the engine computes; each is an SVG file beside this page.
“The book” is 斎藤康毅『ゼロから作る Deep Learning』; notebooks are named by number and section.</p>
<ul>${links.join("")}</ul>
</header>
<main>${sections.join("\n")}
</main>
</html>
`;
}

const style = `
:root { color-scheme: light dark; --line: light-dark(#d0d7de, #3d444d); --back: light-dark(#f6f8fa, #151b23); --faint: light-dark(#59636e, #9198a1); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1400px; padding: 0 16px 48px; font: 16px/1.5 system-ui, sans-serif;
  color: light-dark(#1f2328, #f0f6fc); background: light-dark(#ffffff, #0d1117); overflow-wrap: anywhere; }
a { color: light-dark(#0969da, #4493f8); }
h1 { margin: 24px 0 0; } h2 { margin: 40px 0 8px; } h3 { margin: 0; font-size: 1em; } h3 a { color: inherit; text-decoration: none; }
header ul { display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 0; list-style: none; }
article { display: grid; gap: 8px 24px; padding: 20px 0; border-top: 1px solid var(--line); }
article > * { min-width: 0; }
p { margin: 4px 0; } .place { color: var(--faint); font-size: 14px; }
.picture { overflow-x: auto; }
img { display: block; height: auto; max-width: 100%; }
pre { overflow-x: auto; margin: 8px 0 0; padding: 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--back);
  font: 12px/1.5 ui-monospace, monospace; max-height: 520px; }
pre code { font: inherit; overflow-wrap: normal; } summary { overflow-wrap: anywhere; cursor: pointer; }
@media (min-width: 1000px) { article { grid-template-columns: 560px minmax(0, 1fr); } .wide { grid-template-columns: minmax(0, 1fr); } }
`;
