// Has TypeDoc make pages of the docstrings of all that package.json exports.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Application } from "typedoc";
import { entries } from "../scripts/entries.js";

/** To be run from the root. @param folder where a page for each entry comes to lie, "ops.md" for "kobai/ops" */
export async function writeApi(folder) {
  rmSync(folder, { recursive: true, force: true });
  const sources = Object.entries(entries());
  const app = await Application.bootstrapWithPlugins({
    entryPoints: sources.map(([, source]) => source),
    tsconfig: "tsconfig.build.json",
    plugin: ["typedoc-plugin-markdown", "typedoc-vitepress-theme"],
    readme: "none",
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true,
    skipErrorChecking: true,
    logLevel: "Error",
    validation: { notExported: false },
    outputFileStrategy: "modules",
    hidePageHeader: true,
    hideBreadcrumbs: true,
    hidePageTitle: true,
    sanitizeComments: true,
    useCodeBlocks: true,
    groupOrder: ["Functions", "Classes", "Variables", "Interfaces", "Type Aliases"],
    expandObjects: true,
    expandParameters: true,
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
    classPropertiesFormat: "table",
    typeDeclarationFormat: "table",
    docsRoot: folder,
    out: folder,
  });
  const project = await app.convert();
  if (!project) throw new Error("TypeDoc could not read the sources");
  // By what is imported, rather than by the source's place.
  const names = new Map(sources.map(([entry, source]) => [nameOf(source), entry.replace("kobai/", "")]));
  for (const module of project.children) module.name = names.get(module.name);
  await app.generateOutputs(project);
  for (const name of names.values()) {
    const file = `${folder}/${name}.md`;
    const text = readFileSync(file, "utf8");
    // "[n, …]: n samples" is a shape, not where a link leads to.
    if (text.includes("# ")) writeFileSync(file, joined(text).replace(/^\[([^\]]*)\]:/gm, "\\[$1]:"));
    // Of what is for kobai alone nothing is said.
    else rmSync(file);
  }
}

/** What TypeDoc calls a module. */
const nameOf = (source) => source.replace(/^src\//, "").replace(/(\/index)?\.ts$/, "");

/** Several things that are thrown, and several examples, stand below one heading. */
function joined(text) {
  let last = "";
  const lines = text.split("\n").filter((line) => {
    if (!/^#+ /.test(line)) return true;
    const isRepeated = line === last && /(Throws|Example)$/.test(line);
    last = line;
    return !isRepeated;
  });
  return lines.join("\n");
}
