/** Gauss and Legendre's rule on [0, 1]: exact for polynomials up to degree 2n − 1. */
export interface Node {
  at: number;
  weight: number;
}

/** Roots of the Legendre polynomial P_n by Newton's method (Golub and Welsch 1969 give the same by eigenvalues). */
export function gaussLegendre(n: number): Node[] {
  return Array.from({ length: n }, (_, k) => {
    let x = Math.cos((Math.PI * (k + 0.75)) / (n + 0.5));
    for (let step = 0; step < 100; step++) {
      const [value, slope] = legendre(n, x);
      const change = value / slope;
      x -= change;
      if (Math.abs(change) < 1e-16) break;
    }
    const [, slope] = legendre(n, x);
    return { at: (1 + x) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}

/** P_n(x) and its derivative. */
function legendre(n: number, x: number): [number, number] {
  let before = 1;
  let value = x;
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return [value, (n * (x * value - before)) / (x * x - 1)];
}
