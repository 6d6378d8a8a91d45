// What the parts have in common, as one file of the page: esbuild would make one for each combination of parts that share something, which
// are ten, and compress badly. build.js puts this module into all that is loaded by itself; what it mentions is together therefore.

import { copyOf, images, isTest, prepared } from "../parts/train/data.ts";
import { isDescription, layersOf } from "../parts/train/spec.ts";
import { linkTo, useAddress, writeAddress } from "./address.ts";
import { Canvas, paint } from "./canvas.tsx";
import { colorOf, diverging, rgbOf, useScheme } from "./colors.ts";
import { CopyButton } from "./copy-button.tsx";
import { NumberField, Select, Slider, TypedInput } from "./fields.tsx";
import { base64, save } from "./files.ts";
import { Heading } from "./heading.tsx";
import { Histogram } from "./histogram.tsx";
import { useTexts } from "./language.ts";
import { lazy } from "./lazy.tsx";
import { randomNumbers } from "./random.ts";
import { tensor } from "./tensor.ts";

Object.freeze([
  ...[copyOf, images, isTest, prepared, linkTo, useAddress, writeAddress, Canvas, paint, colorOf, diverging],
  ...[
    rgbOf,
    useScheme,
    NumberField,
    Select,
    Slider,
    TypedInput,
    base64,
    save,
    Heading,
    Histogram,
    useTexts,
    lazy,
  ],
  ...[randomNumbers, tensor, CopyButton, isDescription, layersOf],
]);
