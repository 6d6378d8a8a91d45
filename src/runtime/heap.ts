import { ALIGNMENT } from "../../assembly/isa/index.ts";
import { MemoryError, StateError } from "../errors.ts";
import { type DTypeName, type TypedArrayOf, typedArrays } from "../tensor.ts";

/** Bytes held in linear memory, and by whom. */
export interface HeapReport {
  /** bytes of linear memory, used or not */
  readonly capacity: number;
  /** bytes in blocks that are held */
  readonly held: number;
  /** the same by owner */
  readonly owners: Readonly<Record<string, number>>;
}

/** A piece of linear memory: zeroed when handed out, 64-byte aligned, its size rounded up to 64 bytes. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
  readonly owner: string;
}

const PAGE = 65536;
/** Vectors may read up to this far past a block, so the last bytes of memory are never handed out. */
const SLACK = 64;

/** The allocator of linear memory: first fit over a list of free blocks, in address order, neighbours merged. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly #limit: number;
  readonly #held = new Map<number, Block>();
  #free: { address: number; bytes: number }[];

  /** @param base the first address that is ours @param limit how far memory may grow, in bytes */
  constructor(memory: WebAssembly.Memory, base: number, limit: number) {
    this.memory = memory;
    this.#limit = limit;
    const start = roundUp(base);
    this.#free = [{ address: start, bytes: memory.buffer.byteLength - SLACK - start }];
  }

  /**
   * A zeroed block.
   * @throws MemoryError where the limit forbids it; nothing is changed then
   */
  allocate(bytes: number, owner: string): Block {
    const size = roundUp(Math.max(bytes, 1));
    let index = this.#free.findIndex((hole) => hole.bytes >= size);
    if (index < 0) {
      this.#grow(size, owner);
      index = this.#free.length - 1;
    }
    const hole = this.#free[index]!;
    const block: Block = { address: hole.address, bytes: size, owner };
    hole.address += size;
    hole.bytes -= size;
    if (hole.bytes === 0) this.#free.splice(index, 1);
    this.#held.set(block.address, block);
    new Uint8Array(this.memory.buffer, block.address, size).fill(0);
    return block;
  }

  /** Gives a block back. */
  free(block: Block): void {
    if (this.#held.get(block.address) !== block) {
      throw new StateError(
        `heap: the block at ${block.address} of ${block.owner} is not held; it was freed already`,
      );
    }
    this.#held.delete(block.address);
    let index = this.#free.findIndex((hole) => hole.address > block.address);
    if (index < 0) index = this.#free.length;
    this.#free.splice(index, 0, { address: block.address, bytes: block.bytes });
    this.#merge(index);
    if (index > 0) this.#merge(index - 1);
  }

  report(): HeapReport {
    const owners: Record<string, number> = {};
    let held = 0;
    for (const block of this.#held.values()) {
      owners[block.owner] = (owners[block.owner] ?? 0) + block.bytes;
      held += block.bytes;
    }
    return { capacity: this.memory.buffer.byteLength, held, owners };
  }

  /** A view of memory, good until memory next grows: ask for a new one rather than keep it. */
  view<D extends DTypeName>(dtype: D, address: number, length: number): TypedArrayOf<D> {
    return new typedArrays[dtype](this.memory.buffer, address, length) as TypedArrayOf<D>;
  }

  /** The same for what is read or written at each call: gives the view that there is, or a new one where memory has grown. */
  lastingView<D extends DTypeName>(dtype: D, address: number, length: number): () => TypedArrayOf<D> {
    let view = this.view(dtype, address, length);
    return () => {
      // Growth detaches views of a memory of one thread; of a shared one they remain what they are.
      if (view.length !== length) view = this.view(dtype, address, length);
      return view;
    };
  }

  /** Makes the last hole at least `size` bytes long. */
  #grow(size: number, owner: string): void {
    const capacity = this.memory.buffer.byteLength;
    const end = capacity - SLACK;
    const last = this.#free.at(-1);
    const tail = last && last.address + last.bytes === end ? last : undefined;
    const missing = size - (tail?.bytes ?? 0);
    const needed = Math.ceil(missing / PAGE) * PAGE;
    // Growing by a quarter at a time keeps a sequence of allocations from growing memory at each.
    const wished = Math.ceil(capacity / 4 / PAGE) * PAGE;
    const grown = [Math.max(needed, wished), needed].some((bytes) => {
      if (capacity + bytes > this.#limit) return false;
      try {
        this.memory.grow(bytes / PAGE);
        return true;
      } catch {
        return false;
      }
    });
    if (!grown) throw new MemoryError(size, owner, this.#limit, this.report());
    const gained = this.memory.buffer.byteLength - capacity;
    if (tail) tail.bytes += gained;
    else this.#free.push({ address: end, bytes: gained });
  }

  /** Joins the hole at `index` with the next one where they touch. */
  #merge(index: number): void {
    const hole = this.#free[index]!;
    const next = this.#free[index + 1];
    if (next && hole.address + hole.bytes === next.address) {
      hole.bytes += next.bytes;
      this.#free.splice(index + 1, 1);
    }
  }
}

/** `value` rounded up to a multiple: by default, bytes to whole aligned units. */
export function roundUp(value: number, multiple = ALIGNMENT): number {
  return Math.ceil(value / multiple) * multiple;
}
