import { subjects } from './subjects.ts';

// Because what a module does once would count for the test that happens to load it, all is loaded before the first.
for (const file of subjects[process.env.MUTATE!]!.files) await import(`../../${file}`);
