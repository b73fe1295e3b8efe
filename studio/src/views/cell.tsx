export function CellView() {
  return <h2>Cell</h2>;
}
