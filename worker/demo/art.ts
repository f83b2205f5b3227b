import { html } from 'hono/html';

/** The company's logo: a lens over still water. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
  <circle cx="16" cy="16" r="14" class="mark-ground" />
  <path d="M7 19.5q4.5-3 9 0t9 0M9.5 23.5q3.2-2 6.5 0t6.5 0" class="mark-line" />
  <circle cx="16" cy="11.5" r="4" class="mark-eye" />
</svg>`;

/** Size of the drawing, and distance between two points. */
const [width, height, step] = [560, 440, 20];

/** Draws a field of scattered points. Under the lens they are in order, and some of them form a check mark. */
export function drawLens({ x, y, radius }: { x: number; y: number; radius: number }) {
  const half = Math.floor(radius / 2 / step) * step + step / 2;
  const points = { scattered: '', ordered: '', found: '' };
  for (let row = 1; row * step < height; row++) {
    for (let column = 1; column * step < width; column++) {
      const [left, top] = [column * step, row * step];
      const near = Math.max(Math.abs(left - x), Math.abs(top - y)) < half && isOnCheck(left - x, top - y);
      if (Math.hypot(left - x, top - y) < radius - 10) points[near ? 'found' : 'ordered'] += `M${left} ${top}h0`;
      else points.scattered += `M${left + jitter(column, row)} ${top + jitter(row + 31, column)}h0`;
    }
  }
  const rings = [14, 34, 60].map((gap, index) => drawRing(x, y, radius + gap, `art-ring art-ring-${index + 1}`));
  return html`<svg class="art" viewBox="0 0 ${width} ${height}" aria-hidden="true" focusable="false">
    <path d="${points.scattered}" class="art-scattered" />
    ${rings}
    ${drawRing(x, y, radius, 'art-lens')}
    <path d="${points.ordered}" class="art-ordered" />
    <path d="${points.found}" class="art-found" />
    <path d="${drawFrame(x, y, half)}" class="art-frame" />
    <path d="M${x - radius} ${y}h-26M${x + radius} ${y}h26M${x} ${y - radius}v-26M${x} ${y + radius}v26" class="art-cross" />
  </svg>`;
}

function drawRing(x: number, y: number, radius: number, name: string) {
  return html`<circle cx="${x}" cy="${y}" r="${radius}" class="${name}" />`;
}

/** Tells whether a point is part of the check mark, by its distance from the middle of the lens. */
function isOnCheck(right: number, down: number): boolean {
  const [column, row] = [right / step, down / step];
  return column < 0 ? column >= -2 && row === column + 1 : row === 1 - column;
}

/** Draws the four corners of a square around the check mark. */
function drawFrame(x: number, y: number, half: number): string {
  const edge = half + step / 2;
  const [left, top, right, bottom] = [x - edge, y - edge, x + edge, y + edge];
  return [
    `M${left} ${top + step}V${top}H${left + step}`,
    `M${right - step} ${top}H${right}V${top + step}`,
    `M${right} ${bottom - step}V${bottom}H${right - step}`,
    `M${left + step} ${bottom}H${left}V${bottom - step}`,
  ].join('');
}

/**
 * Returns a distance that looks random and is the same for the same numbers, so that every visit sees the same picture.
 */
function jitter(a: number, b: number): number {
  const noise = Math.sin(a * 127.1 + b * 311.7) * 43758.5453;
  return Math.round((noise - Math.floor(noise) - 0.5) * step * 0.95);
}
