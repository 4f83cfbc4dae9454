import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { root } from './paths.js';

export interface Pattern {
  readonly source: string;
  readonly flags: string;
  /** `src/shared/money.ts:97`; the first place, when it stands in several. */
  readonly at: string;
}

/** Built from text at run time: none can be read off the sources, so each says here why it is harmless. A new one fails the command until it does. */
const BUILT: Readonly<Record<string, string>> = {
  'config/index.ts': 'addresses of databases, from the operator',
  'src/fulfilment/payments/simulator/endpoints.ts': 'one repetition between two fixed texts; the simulator is no public server',
  'src/operations/import-export/import-rows.ts': 'one sign, looking back over backslashes alone',
  'src/selling/reviews/screen.ts': 'escaped words of the operator at the beginning of a word, the rest of which is read once',
  'src/selling/search/search.schemas.ts': 'checked as a pattern of openapi.json',
  'src/selling/search/text.ts': 'runs of classes that have no letter in common, each read once',
  'src/selling/search/voice.ts': 'fixed words at the beginning of at most 500 characters',
  'src/shared/fold.ts': 'escaped text behind ^, without repetition',
  'src/shared/http/pagination.ts': 'checked as a pattern of openapi.json',
};

/** Not linear, and never asked about more than this. */
export const SHORT: Readonly<Record<string, string>> = {
  'src/people/auth/password-policy.ts': 'passwords of at most 72 bytes',
};

const sources = (folder: string): string[] => readdirSync(folder).flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : [];
});

/** Every regular expression of the sources and of the contract once, and the files that build one without saying why it is harmless. */
export function findPatterns(): { patterns: Pattern[]; unexplained: string[] } {
  const found = new Map<string, Pattern>();
  const add = (source: string, flags: string, at: string) => { if (!found.has(`/${source}/${flags}`)) found.set(`/${source}/${flags}`, { source, flags, at }); };
  const unexplained = new Set<string>();
  for (const file of [...sources(join(root, 'src')), ...sources(join(root, 'config'))]) {
    const name = relative(root, file);
    const text = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        add(node.text.slice(1, end), node.text.slice(end + 1), `${name}:${text.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
      } else if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp' && !(name in BUILT)) {
        unexplained.add(name);
      }
      ts.forEachChild(node, visit);
    };
    visit(text);
  }
  for (const source of contractPatterns(JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8')))) add(source, 'u', 'openapi.json');
  return { patterns: [...found.values()], unexplained: [...unexplained] };
}

function contractPatterns(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'pattern' && typeof inner === 'string' ? [inner] : contractPatterns(inner)));
}
