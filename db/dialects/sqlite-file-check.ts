/** The process that looks through a database file for what is broken, and prints what it finds (`sqlite-look.ts`). */
import Sqlite from 'better-sqlite3';

/** Faults that are told. */
const most_told = 3;

const sqlite = new Sqlite(process.argv[2], { readonly: true, fileMustExist: true });
try {
  const found = sqlite.prepare(`pragma quick_check(${most_told})`).pluck().all() as string[];
  process.stdout.write(found.join('; '));
} catch (error) {
  process.stdout.write((error as Error).message);
}
