import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs the packages of a folder that only a bench needs, where they are not installed yet.
 *
 * @param wanted One of the packages.
 */
export function installOnce(folder: string, wanted: string): void {
  if (existsSync(join(folder, 'node_modules', wanted))) return;
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', options, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ci in ${folder} ended with ${status}`);
}
