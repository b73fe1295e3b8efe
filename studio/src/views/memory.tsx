export function MemoryView() {
  return <h2>Memory</h2>;
}
