/** A page may have threads only where it is cross-origin isolated, which these headers say. */
const isolating = [
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Embedder-Policy", value: "require-corp" },
];

export default {
  headers: async () => [{ source: "/:path*", headers: isolating }],
};
