const BINS = 30;

interface Props {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/** How values are spread, as bars of equal width from the least to the largest. */
export function Histogram({ name, values }: Props) {
  let [low, high, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) return <p class="quiet">{`${name}: ${value}`}</p>;
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
  }
  const mean = sum / values.length;
  let squares = 0;
  const counts = new Array<number>(BINS).fill(0);
  const width = high > low ? high - low : 1;
  for (let i = 0; i < values.length; i++) {
    squares += (values[i]! - mean) ** 2;
    counts[Math.min(BINS - 1, Math.floor((BINS * (values[i]! - low)) / width))]!++;
  }
  const most = Math.max(...counts);
  const std = Math.sqrt(squares / values.length);
  const brief = (value: number) => (value === 0 ? "0" : value.toPrecision(2));
  const words = `${name}: ${brief(low)} … ${brief(high)}, σ ${brief(std)}`;
  return (
    <figure>
      <svg
        viewBox={`0 0 ${BINS * 4} 40`}
        width="100%"
        height="44"
        preserveAspectRatio="none"
        role="img"
        aria-label={words}
      >
        {counts.map((count, i) => {
          const height = (40 * count) / most;
          return (
            <rect key={i} x={i * 4} y={40 - height} width="3.4" height={height} fill="var(--series-1)" />
          );
        })}
      </svg>
      <figcaption>{words}</figcaption>
    </figure>
  );
}
