/** Headers that every answer has, for the files that do not go through the Worker (wrangler.toml). */
const headersWithoutWorker = `\
  Strict-Transport-Security: max-age=31536000; includeSubDomains
  Content-Security-Policy: default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'
  Referrer-Policy: strict-origin-when-cross-origin
`;

/** Headers that Cloudflare sends with the files that it hands out without the Worker. */
export const headers = `\
/*
  X-Content-Type-Options: nosniff
/widget/*
${headersWithoutWorker}\
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  Cache-Control: public, max-age=31536000, immutable
/widget.css
${headersWithoutWorker}\
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  Cache-Control: public, max-age=300, stale-while-revalidate=86400
/docs*
  Cache-Control: public, max-age=300
/styles.css
  Cache-Control: public, max-age=300, stale-while-revalidate=604800
/console.*
  Cache-Control: public, max-age=300, stale-while-revalidate=604800
/console-*
  Cache-Control: public, max-age=300
/openapi.json
  Cache-Control: public, max-age=300
/favicon.svg
${headersWithoutWorker}\
  Cache-Control: public, max-age=300
/robots.txt
${headersWithoutWorker}\
  Cache-Control: public, max-age=300
`;
