export function LabView() {
  return <h2>Lab</h2>;
}
