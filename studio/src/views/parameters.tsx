export function ParametersView() {
  return <h2>Parameters</h2>;
}
