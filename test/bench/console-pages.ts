import { run, startBuiltServer } from '../support/server.ts';
import { findNewest, signIn } from './reads.ts';
import { type Certificate, makeCertificate, passOn, serve } from './widget/front.ts';

/** Leads that the console shows. */
const leads = 400;

/** The console behind a front that speaks HTTP/2 and TLS, with leads in it. */
export interface ConsolePages {
  /** Paths of the pages that are measured, by their names. */
  pages: Record<string, string>;
  /** Name and value of the cookie of who is signed in. */
  cookie: [name: string, value: string];
  certificate: Certificate;
  port: number;
  stop(): Promise<unknown>;
}

/** Starts a server with leads, signs in, and serves it as a website's front does. */
export async function serveConsole(folder: string, environment: Record<string, string>): Promise<ConsolePages> {
  const settings = { ...environment, DATABASE_URL: `file:${folder}/console/leads.db` };
  const server = await startBuiltServer(folder, settings);
  const seeded = await run(['worker/ops.ts', 'seed', '--leads', String(leads)], settings);
  if (seeded.code !== 0) throw new Error(seeded.stderr);
  const { Cookie } = await signIn(server);
  const pages = { list: '/console', lead: `/console/leads/${await findNewest(server)}`, overview: '/console/overview' };
  const certificate = makeCertificate();
  const front = await serve(certificate, request => passOn(server.url, request));
  return {
    pages,
    cookie: Cookie!.split('=') as [string, string],
    certificate,
    port: front.port,
    stop() {
      front.server.close();
      return server.stop();
    },
  };
}
