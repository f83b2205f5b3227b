import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

const commands = [...readFileSync('docs/http.md', 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(
  ([, code]) => code!,
);
const [with_check, without_check] = commands;
/** Because curl may be missing, unlike Node. */
const has_curl = spawnSync('curl', ['--version']).status === 0;

let folder: ReturnType<typeof makeFolder>;
let server: RunningServer;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(async () => {
  await server?.stop();
  folder.remove();
});

/** Runs commands of the page against the server, and returns what they print. */
function type(code: string): unknown {
  expect(code).toContain('http://127.0.0.1:8787/');
  const typed = spawnSync('sh', ['-euc', code.replaceAll('http://127.0.0.1:8787', server.url)], { encoding: 'utf8' });
  expect(typed.stderr).toBe('');
  return JSON.parse(typed.stdout);
}

const receipt = expect.objectContaining({ form: 'mini-ai-experience', receipt_code: expect.any(String) });

it.runIf(has_curl)(
  'docs/http.md posts a lead by curl as it says, and its errors are in Chinese by default',
  async () => {
    expect(commands).toHaveLength(2);
    server = await startServer(folder.folder);
    expect(type(with_check!)).toEqual(receipt);
    expect(type(with_check!.replace('sleep 3\n', ''))).toMatchObject({
      status: 403,
      title: expect.stringContaining('bot check'),
    });
    const chinese = with_check!.replace(/-H '[^']*' -d locale=en/, '').replace('name=Zhang San', 'name=');
    expect(type(chinese)).toMatchObject({ errors: [{ code: 'required', message: expect.stringMatching(/^请/) }] });
  },
);

it.runIf(has_curl)('docs/http.md posts a lead in one call where the bot check is off', async () => {
  server = await startServer(folder.folder, { BOT_CHECK: 'off' });
  expect(type(without_check!)).toEqual(receipt);
});
