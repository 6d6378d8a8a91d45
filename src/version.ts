/** kobai's own version, as `package.json` has it too: what a checkpoint says it was written by. */
export const version = "0.1.0";
