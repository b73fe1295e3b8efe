export function View() {
  return <h2>Parameters</h2>;
}
