"""What the two Python peers share: arguments, data, loops that time, and the line of JSON that they print."""

import argparse
import json
import os
from time import perf_counter

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "..", "works.json")) as file:
    WORKS = json.load(file)

parser = argparse.ArgumentParser()
parser.add_argument("work", choices=WORKS)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--data", required=True)
parser.add_argument("--budget", type=float, default=8, help="seconds; what takes longer is extrapolated")
parser.add_argument("--steps", type=int, default=0, help="steps to train, rather than all")
ARGS = parser.parse_args()
WORK = WORKS[ARGS.work]


def read(name, dtype):
    return np.fromfile(os.path.join(ARGS.data, name), dtype)


def images(part):
    """Images [n, 784] as float32 from 0 to 1, and labels [n]."""
    x = read(part + "-images.u8", np.uint8).reshape(-1, 784).astype(np.float32) * np.float32(1 / 255)
    return x, read(part + "-labels.u8", np.uint8).astype(np.int64)


def weights(layers, dtype=np.float32):
    """Of each layer the weight [in, out] and the bias [out]; convolutions come first, their "in" being [row, column, channel]."""
    flat = read("weights-" + "-".join(map(str, layers)) + ".f32", np.float32).astype(dtype)
    result, at = [], 0
    convolutions = WORK.get("convolutions", [])
    channels = [1] + [c["filters"] for c in convolutions]
    sizes = [(c["kernel"] ** 2 * n, c["filters"]) for c, n in zip(convolutions, channels)]
    for inputs, outputs in sizes + list(zip(layers, layers[1:])):
        weight = flat[at : at + inputs * outputs].reshape(inputs, outputs).copy()
        at += inputs * outputs
        result.append((weight, flat[at : at + outputs].copy()))
        at += outputs
    return result


def batches():
    """The rows of each step."""
    rows = read(ARGS.work + ".i32", np.int32).astype(np.int64)
    return [rows[at : at + WORK["batch"]] for at in range(0, len(rows), WORK["batch"])]


def training(step, accuracy=None):
    """
    Times a run of WORK["steps"] calls of step(i), which return losses, with accuracy("train") and accuracy("test") when due. Where
    the budget ends before the run, the rest is extrapolated from the second half of the steps made and a last measured accuracy("test").
    """
    every, steps = WORK.get("evaluateEvery"), ARGS.steps or WORK["steps"]
    losses, times, evaluating, reached = [], [], 0, None
    start = now = perf_counter()
    for i in range(steps):
        if every and i % every == 0 and not ARGS.steps:
            reached = [accuracy("train"), accuracy("test")]
            evaluating += perf_counter() - now
            now = perf_counter()
        losses.append(step(i))
        last, now = now, perf_counter()
        times.append(now - last)
        if now - start > ARGS.budget:
            break
    done = len(times)
    whole = done == WORK["steps"]
    result = {"losses": [float(loss) for loss in losses[:8]], "lastLoss": float(losses[-1])}
    if every and not ARGS.steps:
        again = perf_counter()
        reached = [accuracy("train") if whole else None, accuracy("test")]
        again = perf_counter() - again
        evaluating += again
        result["accuracy"] = reached[1]
    if whole:
        result["seconds"] = perf_counter() - start
    else:
        half = times[done // 2 :]
        result["seconds"] = sum(half) / len(half) * WORK["steps"]
        if every and not ARGS.steps:
            result["seconds"] += 7 * again * (WORK["steps"] // every + 2)
        result["sample"] = f"{done} of {WORK['steps']} steps"
    return result


def median_seconds(call, budget, at_least=3):
    """The median of samples of some milliseconds each, of one call."""
    call()
    times, count = [], 1
    while True:
        start = perf_counter()
        for _ in range(count):
            call()
        seconds = perf_counter() - start
        if seconds > 0.003 or count >= 1 << 20:
            break
        count *= 2
    end = perf_counter() + budget
    while len(times) < at_least or perf_counter() < end:
        start = perf_counter()
        for _ in range(count):
            call()
        times.append((perf_counter() - start) / count)
        if times[-1] * count > budget:
            break
    return float(np.median(times))


def numbers(count, seed, dtype):
    """Numbers from -1 to 1: those of numbers() in common.js."""
    state = np.empty(count, np.uint64)
    value = seed
    for i in range(count):
        value = (value * 1664525 + 1013904223) & 0xFFFFFFFF
        state[i] = value
    return (state / 2**31 - 1).astype(dtype)


def matmul_cases():
    """(what, m, n, k, transposeA, transposeB) of work 3."""
    for n in WORKS["matmul"]["squares"]:
        yield f"{n}³", n, n, n, False, False
    for name in WORKS["matmul"]["layersOf"]:
        work = WORKS[name]
        for number, (i, o) in enumerate(zip(work["layers"], work["layers"][1:]), 1):
            m = work["batch"]
            yield f"{name} x·W{number}", m, o, i, False, False
            yield f"{name} xᵀ·g{number}", i, o, m, True, False
            yield f"{name} g·W{number}ᵀ", m, i, o, False, True


def matmuls(prepare):
    """prepare(a, b, transposeA, transposeB) returns a call that multiplies, and a function that gives its last product."""
    cases = []
    limit = ARGS.budget / 40
    for dtype in WORKS["matmul"]["dtypes"]:
        pool = {seed: numbers(1024 * 1024, seed, dtype) for seed in (1, 2, 3, 4)}
        for what, m, n, k, transpose_a, transpose_b in matmul_cases():
            a = pool[1][: m * k].reshape((k, m) if transpose_a else (m, k))
            b = pool[2][: k * n].reshape((n, k) if transpose_b else (k, n))
            call, product = prepare(a, b, transpose_a, transpose_b)
            seconds = median_seconds(call, limit, 1)
            c = np.asarray(product(), np.float64)
            check = float(pool[3][:m].astype(np.float64) @ c @ pool[4][:n].astype(np.float64))
            cases.append({"what": what, "dtype": dtype, "flops": 2 * m * n * k, "seconds": seconds, "check": check})
    return {"cases": cases}


def central_differences(params, loss):
    """
    Times the central difference of loss() by every element of the arrays, one after the other; where the budget ends before, the rest is
    extrapolated. A stride scatters a sample over all of them.
    """
    h, total = WORK["h"], sum(p.size for p in params)
    ends = np.cumsum([p.size for p in params])
    gradient, stride, count = np.zeros(total), WORK["stride"], 0
    start = perf_counter()
    while count < total:
        at = count * stride % total
        which = int(np.searchsorted(ends, at, "right"))
        p, i = params[which], at - (ends[which] - params[which].size)
        index = divmod(i, p.shape[1]) if p.ndim == 2 else i
        old = p[index]
        p[index] = old + h
        plus = loss()
        p[index] = old - h
        gradient[at] = (plus - loss()) / (2 * h)
        p[index] = old
        count += 1
        if perf_counter() - start > ARGS.budget:
            break
    seconds = perf_counter() - start
    result = {"seconds": seconds * total / count}
    result["check"] = [float(gradient[j * stride % total]) for j in range(100)]
    if count < total:
        result["sample"] = f"{count} of {total} parameters"
    return result


def main(train, xor, matmul, numerical, predict, convolution=None):
    """Runs the work that was asked for, and prints what it gave as a line of JSON."""
    works = {"book": train, "book64": train, "adam": train, "image": predict, "images": predict}
    works.update(xor=xor, matmul=matmul, numerical=numerical, cnn=convolution, simple=convolution)
    work = works[ARGS.work]
    print(json.dumps(work() if work else {"cannot": "no convolution"}))
