/** A value with its labels. */
export type Sample = [labels: Record<string, string>, value: number];

/** Values of one name, as they are just now. */
export interface Gauge {
  name: string;
  help: string;
  samples: Sample[];
}

/**
 * Writes gauges in the text format of Prometheus. One without a sample is left out.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function writeGauges(gauges: Gauge[]): string {
  return gauges
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, samples }) => {
      const lines = samples.map(([labels, value]) => `${name}${writeLabels(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
    })
    .join('\n');
}

function writeLabels(labels: Record<string, string>): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"\n]/g, escapeCharacter)}"`,
  );
  return parts.length > 0 ? `{${parts.join(',')}}` : '';
}

const escapeCharacter = (character: string) => (character === '\n' ? '\\n' : `\\${character}`);
