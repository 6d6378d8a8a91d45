export default function Part() {
  return <p>…</p>;
}
