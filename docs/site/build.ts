/** Makes the documentation a website in `dist/docs`: `npm run docs`. Where a link leads nowhere, it fails and says so. */
import { join } from 'node:path';
import { fillFolder } from '../../worker/node/fill-folder.ts';
import { makeSite } from './site.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'dist/docs');

const { files, faults } = await makeSite(root);
fillFolder(folder, files);
const pages = [...files.keys()].filter(path => path.endsWith('.html')).length;
console.log(`${pages} pages in dist/docs: open dist/docs/index.html`);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
