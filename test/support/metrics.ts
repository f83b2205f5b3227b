/** The figures of a scrape. */
export interface Metrics {
  text: string;
  /** Names and labels, in order, without the values. */
  series: string[];
  /** Returns the value of the one series of a name with these labels; undefined when there is none. */
  value(name: string, labels?: object): number | undefined;
}

const line = /^([a-z_][a-z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)$/;

/** Reads the text format of Prometheus, and refuses what is not in it. */
export function readMetrics(text: string): Metrics {
  const declared = new Set<string>();
  const found = new Map<string, number>();
  for (const one of text.split('\n')) {
    const [, name] = /^# TYPE (\S+) (?:gauge|counter|histogram|summary)$/.exec(one) ?? [];
    if (name && declared.has(name)) throw new Error(`twice: ${name}`);
    if (name) declared.add(name);
    if (!one || one.startsWith('#')) continue;
    const [, metric, labels = '', value] = line.exec(one) ?? [];
    const base = metric?.replace(/_(bucket|sum|count)$/, '');
    if (!metric || !(declared.has(metric) || declared.has(base!))) throw new Error(`no sample: ${one}`);
    const series = write(
      metric,
      Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key!, text!])),
    );
    if (found.has(series)) throw new Error(`twice: ${one}`);
    found.set(series, Number(value));
  }
  return { text, series: [...found.keys()].sort(), value: (name, labels = {}) => found.get(write(name, labels)) };
}

const write = (name: string, labels: object) => `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
