// Sharing an instruction among lanes, which are threads on one memory.
//
// Lane 0 offers each other lane its part by writing the instruction's address into that lane's line, does its own part, and then takes
// back what nobody has begun (the lane sleeps, or its core is busy with something else) and does it itself. It only ever waits for a
// lane that is at work. So a lane that sleeps delays nothing, and an instruction is done when `share` returns: between
// instructions there is nothing else to agree on, and whatever is not shared needs to know nothing of lanes.
//
// Waiting is spinning at first, since an answer usually comes within microseconds, then sleep. Whoever changes a line wakes the other
// only where that one has said that it sleeps, before it looked a last time: all of these are sequentially consistent, so
// either the sleeper sees the change or the other sees the sleeper. Lanes that sleep are woken only when a run has shared as much
// as waking costs. On a memory that is not shared there is one lane, which gets to none of this.

import { LANE_BYTES, LaneField, LANES_BLOCK, LanesField, LaneState, Status } from "./blocks";
import { execute } from "./execute";
import { nanosecondsOf } from "./memory";

/**
 * Sleeps while the word at an address has a value, until it is woken or so many milliseconds have passed; 0 after that time. It is
 * JavaScript's Atomics.wait: V8 11 (Node 20) mistakes a local for 0 after wasm's own memory.atomic.wait32.
 */
@external("lanes", "sleep")
declare function sleep(address: usize, value: i32, milliseconds: f64): i32;

/** Wakes whoever sleeps at an address. */
@external("lanes", "wake")
declare function wake(address: usize): void;

/** How often to look before sleeping: for some 20 µs, about what waking a thread takes. */
@inline
const SPINS: i32 = 20000;

/** What waking a lane costs lane 0, in microseconds, at worst. */
@inline
const WAKING: i32 = 30;

@inline
function lineOf(lane: i32): usize {
  return <usize>LANES_BLOCK + <usize>lane * LANE_BYTES;
}

@inline
function setting(field: LanesField): i32 {
  return load<i32>(LANES_BLOCK + (field << 2));
}

@inline
function stateOf(line: usize): usize {
  return atomic.load<usize>(line, LaneField.state << 2);
}

/** Runs an instruction on all lanes, as lane 0. Returns a Status. */
export function share(i: usize): i32 {
  const lanes = setting(LanesField.lanes);
  if (lanes <= 1) return execute(i, 0, 1);
  let asleep = 0;
  for (let lane = 1; lane < lanes; lane++) asleep += atomic.load<i32>(lineOf(lane), LaneField.asleep << 2);
  const wakes = asleep > 0 && isWorthWaking(i, asleep);
  if (asleep == lanes - 1 && !wakes) return execute(i, 0, 1);
  for (let lane = 1; lane < lanes; lane++) {
    const line = lineOf(lane);
    atomic.store<usize>(line, i, LaneField.state << 2);
    if (wakes) wakeIf(line, LaneField.asleep);
  }
  execute(i, 0, lanes);
  for (let lane = 1; lane < lanes; lane++) {
    const line = lineOf(lane);
    if (atomic.cmpxchg<usize>(line, i, LaneState.idle, LaneField.state << 2) == i) execute(i, lane, lanes);
    else if (!finished(line)) return giveUp(lane);
  }
  return Status.done;
}

/** Whether as much has been shared in this run, with lanes asleep, as it takes to wake them. Then it is likely to go on. */
function isWorthWaking(i: usize, asleep: i32): bool {
  const at = LANES_BLOCK + (LanesField.owed << 2);
  const owed = load<i32>(at) + <i32>(nanosecondsOf(i) / 1000);
  const wakes = owed >= asleep * WAKING;
  store<i32>(at, wakes ? 0 : owed);
  return wakes;
}

/** Works for lane 0, as another lane, for as long as its thread lives. */
export function serve(lane: i32): void {
  const line = lineOf(lane);
  for (;;) {
    const order = next(line);
    // Where lane 0 has taken it back, there is something else to be had by now, or nothing.
    if (atomic.cmpxchg<usize>(line, order, LaneState.atWork, LaneField.state << 2) != order) continue;
    execute(order, lane, setting(LanesField.lanes));
    atomic.store<usize>(line, LaneState.idle, LaneField.state << 2);
    wakeIf(line, LaneField.awaited);
  }
}

/**
 * Wakes whoever sleeps on a line, if it has said so. It may be about to sleep and miss this; the sleeper alone takes back what it said,
 * so that it is woken the next time.
 */
@inline
function wakeIf(line: usize, sleeper: LaneField): void {
  if (atomic.load<i32>(line + (sleeper << 2))) wake(line);
}

/** The lane's next order. */
function next(line: usize): usize {
  let order = spinWhile(line, LaneState.idle);
  while (order == LaneState.idle) {
    atomic.store<i32>(line, 1, LaneField.asleep << 2);
    sleep(line, LaneState.idle, Infinity);
    atomic.store<i32>(line, 0, LaneField.asleep << 2);
    order = spinWhile(line, LaneState.idle);
  }
  return order;
}

/** Waits until a lane that is at work has finished; false where it failed or takes too long. */
function finished(line: usize): bool {
  let state = spinWhile(line, LaneState.atWork);
  while (state == LaneState.atWork) {
    atomic.store<i32>(line, 1, LaneField.awaited << 2);
    if (!sleep(line, LaneState.atWork, <f64>setting(LanesField.patience))) break;
    state = stateOf(line);
  }
  atomic.store<i32>(line, 0, LaneField.awaited << 2);
  return stateOf(line) == LaneState.idle;
}

/** Looks at a line's state for a while, or until it is another; the state. */
function spinWhile(line: usize, state: usize): usize {
  for (let spins = SPINS; spins > 0; spins--) {
    if (stateOf(line) != state) break;
  }
  return stateOf(line);
}

/** From now on lane 0 does everything, since a program inside a sweep goes on after this. */
function giveUp(lane: i32): i32 {
  store<i32>(LANES_BLOCK + (LanesField.lost << 2), lane);
  store<i32>(LANES_BLOCK + (LanesField.lanes << 2), 1);
  return Status.laneLost;
}
