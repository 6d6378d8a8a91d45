import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const places = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Starts the Chromium that is installed here. @param flags of its command line, beside the usual ones */
export async function launch(...flags: readonly string[]): Promise<Browser> {
  const executablePath = places.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      "the browser tests need Chromium: install it (`apt-get install chromium`), " +
        "or name its executable in the environment variable CHROMIUM",
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...flags,
    ],
  });
}

/**
 * Starts it with one process for all pages of an origin, which is kept: to start one for each page would take longer than most pages run.
 *
 * @param origins addresses of the origins, one for each that differs in how it is isolated, too
 * @returns what the pages are opened in: they share their storage
 */
export async function launchOnce(...origins: readonly string[]): Promise<BrowserContext> {
  const browser = await launch("--renderer-process-limit=1");
  const context = await browser.newContext({ locale: "en-US" });
  for (const origin of origins) await (await context.newPage()).goto(origin);
  return context;
}

/** All that a page complains of from now on: errors, warnings and requests that fail. */
export function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("requestfailed", (request) => {
    // What a page gives up when it is left or loaded again is no problem.
    const { errorText = "" } = request.failure() ?? {};
    if (!/ABORTED/.test(errorText)) problems.push(`failed: ${request.url()} ${errorText}`);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  return problems;
}
