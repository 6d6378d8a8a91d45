/** Something that holds linear memory until it is told not to. */
export interface Disposable {
  dispose(): void;
}

/** What a network holds, so that one call frees all of it; and so does the garbage collector, once the network is unreachable. */
export class Resources implements Disposable {
  readonly #held = new Set<Disposable>();
  #disposed = false;

  get disposed(): boolean {
    return this.#disposed;
  }

  add<T extends Disposable>(resource: T): T {
    this.#held.add(resource);
    return resource;
  }

  /** Runs `make`, and disposes of everything where it throws, so that nothing half made stays behind. */
  orDispose<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Disposes of one resource before the rest. */
  release(resource: Disposable): void {
    if (this.#held.delete(resource)) resource.dispose();
  }

  dispose(): void {
    this.#disposed = true;
    for (const resource of this.#held) resource.dispose();
    this.#held.clear();
  }

  /** Disposes of these resources when `owner` is collected; they must not refer to it. */
  followLifeOf(owner: object): void {
    registry.register(owner, this, this);
  }

  /** The owner is disposing of its resources itself. */
  forgetLife(): void {
    registry.unregister(this);
  }
}

const registry = new FinalizationRegistry<Resources>((resources) => resources.dispose());
