export function GradientView() {
  return <h2>Gradient</h2>;
}
