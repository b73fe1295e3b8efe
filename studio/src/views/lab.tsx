export function View() {
  return <h2>Lab</h2>;
}
