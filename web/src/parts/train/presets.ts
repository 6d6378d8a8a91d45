import { defaultState, type State } from "./spec.ts";

const dense = (units: number) => ({ kind: "dense", units }) as const;
const relu = { kind: "relu" } as const;
const tanh = { kind: "tanh" } as const;

/** Experiments worth a look. */
export const presets: Readonly<Record<string, State>> = {
  spiral: defaultState,
  line: {
    ...defaultState,
    spec: { ...defaultState.spec, hidden: [] },
  },
  vanish: {
    ...defaultState,
    spec: {
      ...defaultState.spec,
      data: "circles",
      hidden: [dense(8), tanh, dense(8), tanh, dense(8), tanh, dense(8), tanh],
      initial: "normal",
    },
    setting: { optimizer: { kind: "sgd", lr: 0.1 }, batchSize: 30 },
  },
  explode: {
    ...defaultState,
    spec: { ...defaultState.spec, hidden: [dense(16), relu, dense(16), relu], initial: "he" },
    setting: { optimizer: { kind: "sgd", lr: 10 }, batchSize: 30 },
  },
  convolution: {
    ...defaultState,
    spec: {
      ...defaultState.spec,
      data: "mnist",
      hidden: [
        { kind: "conv2d", filters: 16, kernel: 5 },
        relu,
        { kind: "maxPool2d", window: 2 },
        { kind: "flatten" },
        dense(50),
        relu,
      ],
      initial: "he",
      seed: 42,
    },
    setting: { optimizer: { kind: "adam", lr: 0.001 }, batchSize: 100 },
  },
  book: {
    ...defaultState,
    spec: { ...defaultState.spec, data: "mnist", hidden: [dense(50), relu], initial: "normal", seed: 42 },
    setting: { optimizer: { kind: "sgd", lr: 0.1 }, batchSize: 100 },
  },
};
