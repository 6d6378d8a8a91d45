/** The losses of all steps of a run, which may be a million: those that are not known yet are left out of curves. */
export class Losses {
  #values = new Float64Array(1024).fill(Number.NaN);
  #length = 0;

  /** up to the last one that is known */
  get length(): number {
    return this.#length;
  }

  /** The loss of a step, from 1; undefined where it is not known. */
  of(step: number): number | undefined {
    const loss = step > this.#length ? undefined : this.#values[step - 1];
    return Number.isNaN(loss) ? undefined : loss;
  }

  set(step: number, loss: number): void {
    if (step > this.#values.length) {
      const before = this.#values;
      this.#values = new Float64Array(2 * Math.max(before.length, step)).fill(Number.NaN);
      this.#values.set(before);
    }
    this.#values[step - 1] = loss;
    this.#length = Math.max(this.#length, step);
  }

  /** Forgets all after a step. */
  cut(step: number): void {
    this.#values.fill(Number.NaN, step);
    this.#length = Math.min(this.#length, step);
  }

  toJSON(): (number | null)[] {
    return Array.from(this.#values.subarray(0, this.#length), (loss) =>
      Number.isFinite(loss) ? loss : null,
    );
  }
}
