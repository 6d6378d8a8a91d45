"""NumPy: the arrays of the book's own code, in float32, with products and sums written to arrays that are there already."""

from common import *


class Network:
    """Layers of x·W + b, between them the activation; gradients by hand."""

    def __init__(self, dtype=np.float32):
        self.params = weights(WORK["layers"], dtype)
        self.sigmoid = WORK.get("activation") == "sigmoid"
        self.buffers = {}

    def forward(self, x):
        """The layers' inputs, and the scores."""
        zs = [x]
        last = len(self.params) - 1
        for i, (w, b) in enumerate(self.params):
            z = np.matmul(zs[-1], w)
            z += b
            if self.sigmoid:
                z = 1 / (1 + np.exp(-z))
            elif i < last:
                np.maximum(z, 0, out=z)
            zs.append(z)
        return zs

    def backward(self, zs, g):
        """Gradients of each layer from that of the scores."""
        grads = []
        for i in range(len(self.params) - 1, -1, -1):
            grads.append((np.matmul(zs[i].T, g), g.sum(axis=0)))
            if i > 0:
                g = np.matmul(g, self.params[i][0].T)
                if self.sigmoid:
                    g *= zs[i] * (1 - zs[i])
                else:
                    g *= zs[i] > 0
        return grads[::-1]

    def cross_entropy(self, x, t):
        """The loss, and the gradients."""
        zs = self.forward(x)
        y = zs[-1]
        rows = np.arange(len(t))
        y -= y.max(axis=1, keepdims=True)
        np.exp(y, out=y)
        y /= y.sum(axis=1, keepdims=True)
        loss = -np.log(y[rows, t] + 1e-7).mean()
        y[rows, t] -= 1
        y /= len(t)
        return loss, self.backward(zs, y)

    def loss(self, x, t):
        y = self.forward(x)[-1]
        y = y - y.max(axis=1, keepdims=True)
        return (np.log(np.exp(y).sum(axis=1)) - y[np.arange(len(t)), t]).mean()


def sgd(params, lr):
    def update(grads):
        for (w, b), (gw, gb) in zip(params, grads):
            gw *= lr
            w -= gw
            gb *= lr
            b -= gb

    return update


def adam(params, lr, beta1, beta2, epsilon):
    flat = [p for pair in params for p in pair]
    ms, vs, scratch = ([np.zeros_like(p) for p in flat] for _ in range(3))
    t = 0

    def update(grads):
        nonlocal t
        t += 1
        rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
        for p, g, m, v, s in zip(flat, [g for pair in grads for g in pair], ms, vs, scratch):
            np.subtract(g, m, out=s)
            s *= 1 - beta1
            m += s
            np.multiply(g, g, out=s)
            s -= v
            s *= 1 - beta2
            v += s
            np.sqrt(v, out=s)
            s += epsilon
            np.divide(m, s, out=s)
            s *= rate
            p -= s

    return update


def optimizer(params):
    options = dict(WORK["optimizer"])
    return {"sgd": sgd, "adam": adam}[options.pop("name")](params, **options)


def train():
    data = {part: images(part) for part in ("train", "test")}
    net, rows = Network(), batches()
    update = optimizer(net.params)
    x, t = data["train"]

    def step(i):
        loss, grads = net.cross_entropy(x[rows[i]], t[rows[i]])
        update(grads)
        return loss

    def accuracy(part):
        x, t = data[part]
        return float((net.forward(x)[-1].argmax(axis=1) == t).mean())

    return training(step, accuracy)


def xor():
    net = Network()
    update = optimizer(net.params)
    x, t = read("xor-x.f32", np.float32).reshape(4, 2), read("xor-t.f32", np.float32).reshape(4, 1)

    def step(_):
        zs = net.forward(x)
        y = zs[-1]
        error = y - t
        grads = net.backward(zs, error * y * (1 - y) / len(t))
        update(grads)
        return 0.5 * (error * error).sum() / len(t)

    return training(step)


def matmul():
    def prepare(a, b, transpose_a, transpose_b):
        a, b = (a.T if transpose_a else a), (b.T if transpose_b else b)
        c = np.empty((a.shape[0], b.shape[1]), a.dtype)
        return lambda: np.matmul(a, b, out=c), lambda: c

    return matmuls(prepare)


def numerical():
    net = Network(np.float64)
    x, t = images("train")
    x, t = x[: WORK["batch"]].astype(np.float64), t[: WORK["batch"]]
    return central_differences([p for pair in net.params for p in pair], lambda: net.loss(x, t))


def predict():
    net = Network()
    x = images("test")[0][: WORK["images"]]
    (w1, b1), (w2, b2) = net.params
    if len(x) == 1:
        x = x[0]

    def call():
        z = x @ w1
        z += b1
        np.maximum(z, 0, out=z)
        y = z @ w2
        y += b2
        return y

    return {"seconds": median_seconds(call, ARGS.budget / 4, 5), "check": call().reshape(-1)[:10].tolist()}


main(train, xor, matmul, numerical, predict)
