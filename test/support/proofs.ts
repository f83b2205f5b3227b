import { createSolver } from '../../worker/shared/proof-of-work.ts';
import type { start } from './harness.ts';

type Started = Awaited<ReturnType<typeof start>>;

/** Solves a challenge in one go. */
export function solve(challenge: string): string {
  const step = createSolver(challenge);
  for (;;) {
    const answer = step();
    if (answer) return answer;
  }
}

/** Returns a solved challenge, as the widget sends it. */
export async function getAnswer({ get }: Started, form = 'mini-ai-experience'): Promise<string> {
  const { challenge } = (await (await get(`/challenge?form=${form}`)).json()) as { challenge: string };
  return solve(challenge);
}

/** Returns the fields that a form's page sends without being typed. */
export async function getPageFields({ get }: Started, form = 'mini-ai-experience') {
  return readPageFields(await (await get(`/forms/${form}?lang=en`)).text());
}

/** Reads the token from a page, and leaves the trap empty as a person does. */
export function readPageFields(page: string): { form_token: string; website: string } {
  return { form_token: /name="form_token" value="([^"]+)"/.exec(page)![1]!, website: '' };
}
