export function View() {
  return <h2>Cell</h2>;
}
