export function DataView() {
  return <h2>Data</h2>;
}
