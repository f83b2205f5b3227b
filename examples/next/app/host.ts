/** Where lead-consent runs. */
export const host = process.env.NEXT_PUBLIC_LEADS ?? 'http://127.0.0.1:8787';
