export function View() {
  return <h2>Gradient</h2>;
}
