/** At most so many are kept; then every other one is left out, time and again. */
const MOST = 30;

export interface Keyframe {
  readonly step: number;
  /** how many of the steps before it were one fit's, in which it was kept */
  readonly done: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Checkpoints of a run, in order. */
export class Keyframes {
  #all: Keyframe[] = [];

  has(step: number): boolean {
    return this.#all.some((each) => each.step === step);
  }

  /** The last one that is not behind a step. */
  before(step: number): Keyframe | undefined {
    return this.#all.findLast((each) => each.step <= step);
  }

  keep(keyframe: Keyframe): void {
    this.#all.push(keyframe);
    this.#all.sort((a, b) => a.step - b.step);
    if (this.#all.length > MOST) this.#all = this.#all.filter((_, i) => i % 2 === 0);
  }

  /** Forgets all after a step. */
  cut(step: number): void {
    this.#all = this.#all.filter((each) => each.step <= step);
  }

  /** Forgets all but another beginning. */
  beginWith(bytes: Uint8Array<ArrayBuffer>): void {
    this.#all = [{ step: 0, done: 0, bytes }];
  }
}
