export function View() {
  return <h2>Memory</h2>;
}
