import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { chromium } from 'playwright-core';
import type { Engine } from './tab.ts';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const unpacked = join(modules, '.cache/chromium-90');

/** Whether the package's browser can run here: it is built for one kind of machine only. */
export const floor_runs = process.platform === 'linux' && process.arch === 'x64';

/**
 * Starts Chromium 90, the oldest browser that the widget supports, with a new visitor.
 * Its switches are those it needs in a container without a graphics card. Because Playwright asks a newer protocol,
 * only what `Tab` has is sure to work.
 */
export async function openFloor(): Promise<Engine> {
  await unpack();
  const browser = await chromium.launch({
    executablePath: join(unpacked, 'chromium'),
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-dev-shm-usage'],
    env: { ...process.env, LD_LIBRARY_PATH: join(unpacked, 'lib') },
  });
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 812 } })).newPage();
  return {
    name: `Chromium ${browser.version()}`,
    tab: {
      goto: url => page.goto(url),
      evaluate: expression => page.evaluate(expression),
      press: (x, y) => page.mouse.click(x, y),
      type: text => page.keyboard.type(text),
    },
    close: () => browser.close(),
  };
}

/** Unpacks the browser once, and beside it the system's libraries that it misses, which the newer package brings. */
async function unpack() {
  if (existsSync(unpacked)) return;
  const folder = `${unpacked}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  const program = join(modules, 'chrome-aws-lambda/bin/chromium.br');
  const libraries = join(modules, '@sparticuz/chromium/bin/al2023.tar.br');
  const archive = join(folder, 'lib.tar');
  // A file between, because tar may leave before it has read the padding at the end of a pipe.
  await Promise.all([
    pipeline(createReadStream(program), createBrotliDecompress(), createWriteStream(join(folder, 'chromium'))),
    pipeline(createReadStream(libraries), createBrotliDecompress(), createWriteStream(archive)),
  ]);
  const tar = spawn('tar', ['-x', '-f', archive, '-C', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(tar, 'close');
  if (code !== 0) throw new Error(`tar ended with ${code}`);
  await rm(archive);
  await chmod(join(folder, 'chromium'), 0o755);
  await rename(folder, unpacked);
}
