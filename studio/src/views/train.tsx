export function View() {
  return <h2>Train</h2>;
}
