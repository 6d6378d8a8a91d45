// What a run shows while it goes: lines on standard output, and on a terminal a progress bar below them.

import { MultiBar, Presets } from "cli-progress";
import { complain, print, withoutControls } from "./print.ts";

/** How far a run is. */
export interface Progress {
  step: number;
  steps: number;
  loss: number;
  stepsPerSecond: number;
  secondsLeft: number;
}

export interface Display {
  /** A run does not end because a line of it cannot be shown: the first such line is complained of. */
  line(text: string): void;
  progress(progress: Progress): void;
  /** Takes the bar away; lines may follow. */
  stop(): void;
}

/** The bar needs a terminal at standard error; anything else gets plain lines, without a control character. */
export function createDisplay(): Display {
  return process.stderr.isTTY ? barDisplay() : plainDisplay();
}

function plainDisplay(): Display {
  return { line: lineWriter(), progress() {}, stop() {} };
}

function barDisplay(): Display {
  const writeLine = lineWriter();
  const bars = new MultiBar(
    {
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      linewrap: false,
      // Ctrl-C is the run's to handle.
      gracefulExit: false,
      format: "{bar} {percentage}%  step {value}/{total}  loss {loss}  {rate} steps/s  {left} left",
      barsize: 24,
    },
    Presets.shades_classic,
  );
  let bar: ReturnType<MultiBar["create"]> | undefined;
  return {
    line(text) {
      if (bar && process.stdout.isTTY) {
        bars.log(`${withoutControls(text)}\n`);
        bars.update();
      } else {
        writeLine(text);
      }
    },
    progress({ step, steps, loss, stepsPerSecond, secondsLeft }) {
      const payload = {
        loss: loss.toFixed(4),
        rate: Math.round(stepsPerSecond),
        left: formatSeconds(secondsLeft),
      };
      if (bar) bar.update(step, payload);
      else bar = bars.create(steps, step, payload);
    },
    stop() {
      if (bar) bars.stop();
      bar = undefined;
    },
  };
}

function lineWriter(): (text: string) => void {
  let failed = false;
  return (text) => {
    print(text).catch((error: Error) => {
      if (!failed) complain(`${error.message}; the run goes on without it`);
      failed = true;
    });
  };
}

/** 7 → "7s", 75 → "1m15s", 4000 → "1h06m" */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.ceil(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
}
