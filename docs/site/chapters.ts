import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Pages in the order in which they are read, by their file in the repository. A page in no chapter comes last. */
const order: Record<string, string[]> = {
  'On a website': ['README.md', 'docs/embedding.md', 'docs/recipes.md', 'docs/receipt.md', 'examples/README.md'],
  'Run it': [
    'docs/install.md',
    'docs/deploy/README.md',
    'docs/deploy/postgresql.md',
    'docs/deploy/cloudflare.md',
    'docs/operations.md',
    'docs/settings.md',
    'docs/commands.md',
    'docs/sign-in.md',
    'docs/channels.md',
    'docs/monitoring.md',
    'docs/tracing.md',
    'docs/upgrading.md',
    'docs/scale.md',
  ],
  'Work with leads': ['docs/console.md', 'docs/http.md', 'docs/crm.md'],
  'Keep promises': [
    'docs/data.md',
    'docs/promises.md',
    'docs/compliance.md',
    'docs/requests.md',
    'docs/incidents.md',
    'docs/audit.md',
    'SECURITY.md',
    'docs/security.md',
  ],
  'Change it': [
    'CONTRIBUTING.md',
    'docs/architecture.md',
    'docs/decisions.md',
    'docs/limitations.md',
    'docs/mutation.md',
    'docs/benchmarks.md',
    'docs/faults.md',
    'docs/scale.md',
    'CODE_OF_CONDUCT.md',
    'CHANGELOG.md',
  ],
};

export interface Page {
  /** The Markdown file, by its path in the repository. */
  source: string;
  /** The page, by its path on the site. */
  path: string;
  title: string;
  chapter: string;
  text: string;
}

/** Lists the pages of a repository, chapter by chapter. */
export function listPages(root: string): Page[] {
  const listed = Object.entries(order).flatMap(([chapter, sources]) =>
    sources.filter(source => existsSync(join(root, source))).map(source => ({ chapter, source })),
  );
  const known = new Set(listed.map(({ source }) => source));
  const more = globSync('docs/**/*.md', { cwd: root })
    .map(source => source.replaceAll('\\', '/'))
    .filter(source => !known.has(source))
    .sort()
    .map(source => ({ chapter: 'More', source }));
  return [...listed, ...more].map(({ chapter, source }) => {
    const text = readFileSync(join(root, source), 'utf8');
    const heading = /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? source;
    const title = source === 'README.md' ? 'Overview' : heading;
    return { chapter, source, path: pathOf(source), title, text };
  });
}

/**
 * `docs/settings.md` becomes `settings.html`, and a folder's README its first page. SECURITY.md has the name that GitHub
 * gives it, because `docs/security.md` is another page.
 */
function pathOf(source: string): string {
  if (source === 'SECURITY.md') return 'security-policy.html';
  const path = source.replace(/^docs\//, '').replace(/README\.md$/, 'index.md');
  return path.toLowerCase().replaceAll('_', '-').replace(/\.md$/, '.html');
}
