export function View() {
  return <h2>Data</h2>;
}
