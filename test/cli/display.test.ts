import { expect, it } from "vitest";
import { formatSeconds } from "../../src/cli/display.ts";

it.each([
  [0, "0s"],
  [6.2, "7s"],
  [59.5, "1m00s"],
  [75, "1m15s"],
  [3599.5, "1h00m"],
  [3960, "1h06m"],
  [Number.POSITIVE_INFINITY, "?"],
  [Number.NaN, "?"],
])("formats %d seconds as %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});
