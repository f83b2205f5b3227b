import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askNpm } from './shipped.ts';

/** Writes what the product ships as CycloneDX. It asks no registry. */
const bill = JSON.parse(askNpm(['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application']));
// npm takes the folder's name.
bill.metadata.component.name = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')).name;
process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`);
