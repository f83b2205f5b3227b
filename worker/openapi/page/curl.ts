import type { DescribedOperation } from './described.ts';

/** Writes a request as a command for a shell, with the host and the token in variables. */
export function renderCurl(method: string, path: string, operation: DescribedOperation): string {
  const { parameters = [], requestBody, security } = operation;
  const fill = (_: string, name: string) => String(parameters.find(one => one.name === name)?.example ?? name);
  const asked = parameters.filter(one => one.in === 'query' && one.required);
  const query = asked.map(({ name, example }) => `${name}=${encodeURIComponent(String(example))}`).join('&');
  const address = path.replace(/\{(\w+)\}/g, fill) + (query && `?${query}`);
  const example = requestBody?.content['application/json']?.example;
  const isRepeatable = parameters.some(({ name }) => name === 'Idempotency-Key');
  const options = [
    ...(method === 'GET' || (method === 'POST' && example) ? [] : [`-X ${method}`]),
    ...(security[0]?.token ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(security[0]?.metrics_token ? ['-H "Authorization: Bearer $METRICS_TOKEN"'] : []),
    ...(isRepeatable ? ['-H "Idempotency-Key: $(uuidgen)"'] : []),
    ...(example ? ["-H 'Content-Type: application/json'", `-d ${quote(JSON.stringify(example, null, 2))}`] : []),
  ];
  return [`curl "$LEADS${address}"`, ...options].join(' \\\n  ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
