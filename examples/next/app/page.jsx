"use client";

import { useState } from "react";
import { train, trainInWorker } from "./train";

export default function Page() {
  const [progress, setProgress] = useState(0);
  const [found, setFound] = useState("");

  async function start(how) {
    setFound("…");
    const { accuracy, threads } = await how(({ step, steps }) => setProgress(step / steps));
    setFound(`XOR: ${100 * accuracy} % right, threads: ${threads}`);
  }

  return (
    <main>
      <button type="button" onClick={() => start(train)}>
        Train in the page
      </button>{" "}
      <button type="button" onClick={() => start(trainInWorker)}>
        Train in a worker
      </button>{" "}
      <progress value={progress} aria-label="Progress" />
      <output>{found}</output>
    </main>
  );
}
