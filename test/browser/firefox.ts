import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { skip } from "../runtimes/runtime.ts";

const places = [
  process.env.FIREFOX,
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
  "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
];

/** So that it asks its makers for nothing. */
const quiet = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
  "toolkit.telemetry.enabled": false,
};

/**
 * Opens an address in the Firefox that is installed here, without a window. Nothing drives it: the page itself has to send what it found.
 *
 * @param settings what is set in about:config
 * @returns `ended`, which rejects when it ends by itself, and `close`, which ends it
 */
export function openInFirefox(
  url: string,
  context: TestContext,
  settings: Readonly<Record<string, boolean>> = {},
): { ended: Promise<never>; close(): Promise<void> } {
  const executable = places.find((path) => path !== undefined && existsSync(path));
  if (executable === undefined) {
    skip(
      context,
      "Firefox is not installed (apt-get install firefox-esr, or name its executable in the environment variable FIREFOX)",
    );
  }
  const profile = mkdtempSync(join(tmpdir(), "kobai-firefox-"));
  const lines = Object.entries({ ...quiet, ...settings }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, "user.js"), lines.join(""));
  const firefox = spawn(executable, ["--headless", "--no-remote", "--profile", profile, url], {
    stdio: "ignore",
  });
  const exit = new Promise<string>((resolve) => {
    firefox.once("error", ({ message }) => resolve(message));
    firefox.once("exit", (code) => resolve(`exit code ${code}`));
  });
  const ended = exit.then((reason) => Promise.reject<never>(new Error(`Firefox ended: ${reason}`)));
  ended.catch(() => {});
  return {
    ended,
    async close() {
      firefox.kill();
      await exit;
      rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
