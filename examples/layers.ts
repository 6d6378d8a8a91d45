// Backpropagation by hand (the book's 5.4 to 5.7): layers that know their forward and backward passes, put together.
// Run it with: node scripts/run.js examples/layers.ts

import { init, type Tensor } from "kobai";
import { Add, Affine, Mul, Relu, SGD, Sigmoid, SoftmaxWithLoss, TwoLayerNet } from "kobai/book";
import { show } from "./show.ts";

await init();

// Two apples at 100, three oranges at 150, and 10 % tax.
const [apples, oranges, all, taxed] = [new Mul(), new Mul(), new Add(), new Mul()];
const price = taxed.forward(all.forward(apples.forward(100, 2), oranges.forward(150, 3)), 1.1);
const [dAll, dTax] = taxed.backward(1);
const [dApples, dOranges] = all.backward(dAll);
const [dApple, dAppleCount] = apples.backward(dApples);
const [dOrange, dOrangeCount] = oranges.backward(dOranges);
console.log(`price ${price}`);
console.log(`by the apple's price ${dApple}, their number ${dAppleCount}`);
console.log(`by the orange's price ${dOrange}, their number ${dOrangeCount}, the tax ${dTax}`);

const x = [
  [1, -0.5],
  [-2, 3],
];
for (const layer of [new Relu(), new Sigmoid()]) {
  console.log(`\n${layer.constructor.name}\n${show(layer.forward(x))}`);
  console.log(
    `backward from ones\n${show(
      layer.backward([
        [1, 1],
        [1, 1],
      ]),
    )}`,
  );
}

// A network of two layers by hand, with the weights of a TwoLayerNet: it follows the same path, to the last bit.
const net = new TwoLayerNet(2, 3, 2, { weightInitStd: 1, seed: 1 });
const params: Record<string, Tensor> = { ...net.params };
const affine1 = new Affine(params.W1!, params.b1!);
const relu = new Relu();
const affine2 = new Affine(params.W2!, params.b2!);
const last = new SoftmaxWithLoss();
const t = [0, 1];
const [byHand, ready] = [new SGD({ lr: 0.1 }), new SGD({ lr: 0.1 })];
console.log("\nstep  loss by hand          TwoLayerNet");
for (let i = 0; i < 5; i++) {
  const loss = last.forward(affine2.forward(relu.forward(affine1.forward(x))), t);
  console.log(`${i}     ${String(loss).padEnd(20)}  ${net.loss(x, t)}`);
  affine1.backward(relu.backward(affine2.backward(last.backward())));
  byHand.update(params, { W1: affine1.dW!, b1: affine1.db!, W2: affine2.dW!, b2: affine2.db! });
  ready.update(net.params, net.gradient(x, t));
}
