// How every figure looks: fonts, sizes and colours.

/**
 * The families that text is set in, first those of the system. Browsers look for each character by itself, so the families with Japanese
 * (and with them Chinese) stand behind, for macOS, Windows, Android and Linux.
 */
export const fontFamily =
  "system-ui, 'Hiragino Sans', 'Yu Gothic UI', Meiryo, 'Noto Sans JP', 'Noto Sans CJK JP', 'DejaVu Sans', sans-serif";

/** Sizes of text in pixels; none is smaller than `tick`. */
export const fontSize = { tick: 11, label: 12, panelTitle: 13, title: 15 } as const;

/**
 * A figure brings its own white background with it, so it looks the same in a light and in a dark viewer; its edge sets it off from a
 * white page.
 */
export const background = "white";
export const edge = "#d0d7de";
/** Text and axes, and what stands back: grids, guides. */
export const ink = "#1f2328";
export const faint = "#6e7781";

/** Colours of series that stay apart for colour-blind eyes: Okabe and Ito, "Color Universal Design", 2008. */
export const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"] as const;

/** What gradients are drawn in where values are drawn in ink: the palette's vermilion. */
export const gradientColor = palette[1];
/** The same for text: dark enough to be read (5.4 : 1 on white). */
export const gradientInk = "#b04c00";

/** The colour of the i-th series; after the last colour the first comes again. */
export function seriesColor(i: number): string {
  return palette[i % palette.length] as string;
}

/**
 * How numbers become colours. viridis and cividis grow lighter evenly and were made for colour-blind eyes (Smith and van der Walt, 2015;
 * Nuñez and others, 2018), as were the others by ColorBrewer (Harrower and Brewer, 2003): blues, reds and greys go from light to dark,
 * rdbu from blue through white to red, for values around zero. summer is matplotlib's, from green to yellow.
 */
export type Scheme = "viridis" | "cividis" | "blues" | "reds" | "greys" | "summer" | "rdbu";

export const schemes: readonly Scheme[] = ["viridis", "cividis", "blues", "reds", "greys", "summer", "rdbu"];
