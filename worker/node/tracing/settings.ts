import type { Environment, Settings } from '../../settings.ts';

/** Where traces go, as the variables of OpenTelemetry say it. */
export interface TracingSettings {
  endpoint: URL;
  headers: Record<string, string>;
  protocol: 'http/protobuf' | 'http/json';
  timeout_ms: number;
  service_name: string;
  sampler: string;
  ratio: number;
  database: 'sqlite' | 'postgresql';
  outbound_hosts: string[];
}

const samplers = /^(parentbased_)?(always_on|always_off|traceidratio)$/;

/**
 * Reads the variables `OTEL_…`.
 *
 * @returns Undefined where no traces are wanted, or what is wrong, a line each.
 * @see OpenTelemetry specification, "Environment Variable Specification" and "OTLP exporter configuration"
 */
export function readTracing(
  environment: Environment,
  { database_url, outbound_hosts }: Pick<Settings, 'database_url' | 'outbound_hosts'>,
): TracingSettings | { mistakes: string[] } | undefined {
  const read = (name: string) => environment[name]?.trim() || undefined;
  const own = (name: string) => read(`OTEL_EXPORTER_OTLP_TRACES_${name}`) ?? read(`OTEL_EXPORTER_OTLP_${name}`);
  const base = read('OTEL_EXPORTER_OTLP_ENDPOINT')?.replace(/\/$/, '');
  const address = read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? (base && `${base}/v1/traces`);
  const isOff = read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || read('OTEL_TRACES_EXPORTER') === 'none';
  if (!address || isOff) return undefined;
  const mistakes: string[] = [];
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    mistakes.push('OTEL_EXPORTER_OTLP_ENDPOINT: expected an address like https://collector.example.com:4318');
  const protocol = own('PROTOCOL') ?? 'http/protobuf';
  if (!/^http\/(protobuf|json)$/.test(protocol))
    mistakes.push('OTEL_EXPORTER_OTLP_PROTOCOL: expected http/protobuf or http/json');
  const sampler = read('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on';
  if (!samplers.test(sampler))
    mistakes.push('OTEL_TRACES_SAMPLER: expected always_on, always_off or traceidratio, with or without parentbased_');
  const ratio = Number(read('OTEL_TRACES_SAMPLER_ARG') ?? 1);
  if (!(ratio >= 0 && ratio <= 1)) mistakes.push('OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1');
  const timeout_ms = Number(own('TIMEOUT') ?? 10_000);
  if (!(timeout_ms > 0)) mistakes.push('OTEL_EXPORTER_OTLP_TIMEOUT: expected milliseconds');
  const headers = readPairs(own('HEADERS'));
  if (!headers) mistakes.push('OTEL_EXPORTER_OTLP_HEADERS: expected NAME=VALUE, separated by commas');
  if (mistakes.length > 0) return { mistakes };
  return {
    endpoint: new URL(address),
    headers: headers!,
    protocol: protocol as TracingSettings['protocol'],
    timeout_ms,
    service_name: read('OTEL_SERVICE_NAME') ?? 'lead-consent',
    sampler,
    ratio,
    database: database_url.startsWith('file:') ? 'sqlite' : 'postgresql',
    outbound_hosts,
  };
}

/** Reads pairs whose values are written with %; undefined where one is none. */
function readPairs(text: string | undefined): Record<string, string> | undefined {
  try {
    const pairs = (text ?? '').split(',').filter(part => part.trim());
    const read = pairs.map(part => {
      const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=(.*)$/.exec(part)!;
      return [name!, decodeURIComponent(value!.trim())];
    });
    return Object.fromEntries(read);
  } catch {
    return undefined;
  }
}
