/** Amounts as bars, one under another, each with its name and number in words. */
import { Picture } from "./picture.js";
import "./bars.css";

export interface BarsProps {
  title: string;
  says: string;
  /** What is counted, as the table calls it. */
  headers: readonly [string, string];
  bars: readonly { name: string; value: number; shown: string }[];
}

export function Bars({ title, says, headers, bars }: BarsProps) {
  const most = Math.max(...bars.map(({ value }) => value), 1e-12);
  return (
    <Picture
      title={title}
      says={says}
      table={{ headers, rows: bars.map(({ name, shown }) => [name, shown]) }}
    >
      <ul class="bars" aria-hidden="true">
        {bars.map(({ name, value, shown }) => (
          <li key={name}>
            <span class="words">{name}</span>
            <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect class="ground" width="100" height="10" />
              <rect class="fill" width={(100 * value) / most} height="10" />
            </svg>
            <span>{shown}</span>
          </li>
        ))}
      </ul>
    </Picture>
  );
}
