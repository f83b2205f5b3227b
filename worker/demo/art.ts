import { html, raw } from 'hono/html';

/** The company's mark: a lens over still water. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
  <circle cx="16" cy="16" r="14" class="mark-ground" />
  <path d="M7 19.5q4.5-3 9 0t9 0M9.5 23.5q3.2-2 6.5 0t6.5 0" class="mark-line" />
  <circle cx="16" cy="11.5" r="4" class="mark-eye" />
</svg>`;

const width = 560;
const height = 440;
const step = 20;

/** A field of scattered points that a lens brings into order; the lens stands where the page wants it. */
export function drawLens({ x, y, radius }: { x: number; y: number; radius: number }) {
  const scattered: string[] = [];
  const ordered: string[] = [];
  for (let row = 1; row * step < height; row++) {
    for (let column = 1; column * step < width; column++) {
      const [left, top] = [column * step, row * step];
      const inside = Math.hypot(left - x, top - y) < radius - 8;
      if (inside) ordered.push(`M${left} ${top}h0`);
      else scattered.push(`M${left + jitter(column, row)} ${top + jitter(row + 31, column)}h0`);
    }
  }
  const rings = [14, 34, 60].map(
    (gap, index) => html`<circle cx="${x}" cy="${y}" r="${radius + gap}" class="art-ring art-ring-${index + 1}" />`,
  );
  return html`<svg class="art" viewBox="0 0 ${width} ${height}" aria-hidden="true" focusable="false">
    <path d="${raw(scattered.join(''))}" class="art-scattered" />
    ${rings}
    <circle cx="${x}" cy="${y}" r="${radius}" class="art-lens" />
    <path d="${raw(ordered.join(''))}" class="art-ordered" />
    <path d="${findPath(x, y, radius)}" class="art-found" />
    <path d="M${x - radius} ${y}h-26M${x + radius} ${y}h26M${x} ${y - radius}v-26M${x} ${y + radius}v26" class="art-cross" />
  </svg>`;
}

/** What the lens makes out: a rounded shape along the grid, with its corners marked. */
function findPath(x: number, y: number, radius: number): string {
  const side = Math.floor((radius * 0.62) / step) * step;
  const corner = 22;
  const [left, top] = [Math.round(x / step) * step - side + 10, Math.round(y / step) * step - side + 10];
  const [right, bottom] = [left + side * 2 - 20, top + side * 2 - 20];
  return [
    `M${left} ${top + corner}V${top}H${left + corner}`,
    `M${right - corner} ${top}H${right}V${top + corner}`,
    `M${right} ${bottom - corner}V${bottom}H${right - corner}`,
    `M${left + corner} ${bottom}H${left}V${bottom - corner}`,
  ].join('');
}

function jitter(a: number, b: number): number {
  const noise = Math.sin(a * 127.1 + b * 311.7) * 43758.5453;
  return Math.round((noise - Math.floor(noise) - 0.5) * step * 0.95);
}
