import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommandFailure } from '../../failure.js';

export const SECTIONS = ['verify', 'mint', 'derive'] as const;

export type Section = (typeof SECTIONS)[number];

type Members = Readonly<Record<string, unknown>>;

/** One case: what a program is given and what it must answer. */
export interface Vector {
  readonly id: string;
  readonly section: Section;
  readonly category: string;
  readonly why: string;
  readonly request: Members;
  readonly expected: Members;
}

/** The member that holds the result, and those that would tell it. */
const RESULTS: Readonly<Record<Section, readonly string[]>> = {
  verify: ['expect'],
  mint: ['token', 'payload_json'],
  derive: ['derived_key'],
};

const COMMENTARY: readonly string[] = ['category', 'why'];

/** Reads vectors of some sections from a file, or those that the token package publishes. */
export function loadVectors(file: string | undefined, sections: readonly Section[]): readonly Vector[] {
  const path = file ?? fileURLToPath(import.meta.resolve('@stacyvm/token/vectors/worker-token-v1.json'));
  const document = parse(path);
  const vectors = sections.flatMap((section) => {
    const entries = document[section];
    if (!Array.isArray(entries)) throw new CommandFailure(`${path} has no list ${section}`);
    return entries.map((entry: unknown, index) => vectorOf(section, entry, `${path}: ${section}[${index}]`));
  });
  if (new Set(vectors.map(({ id }) => id)).size !== vectors.length) {
    throw new CommandFailure(`${path} has an id twice`);
  }
  if (vectors.length === 0) throw new CommandFailure(`${path} has no vectors`);
  return vectors;
}

function vectorOf(section: Section, entry: unknown, place: string): Vector {
  if (!isObject(entry) || typeof entry['id'] !== 'string') throw new CommandFailure(`${place} has no id`);
  const result = entry[RESULTS[section][0] ?? ''];
  const expected = section === 'verify' ? result : { [RESULTS[section][0] ?? '']: result };
  if (result === undefined || !isObject(expected)) throw new CommandFailure(`${place} has no result`);
  const hidden = [...RESULTS[section], ...COMMENTARY];
  const inputs = Object.entries(entry).filter(([name]) => !hidden.includes(name));
  return {
    id: entry['id'],
    section,
    category: typeof entry['category'] === 'string' ? entry['category'] : section,
    why: typeof entry['why'] === 'string' ? entry['why'] : '',
    request: { section, ...Object.fromEntries(inputs) },
    expected,
  };
}

function parse(path: string): Members {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CommandFailure(`the vectors ${path} cannot be read: ${code}`, 1, { cause: error });
  }
  try {
    const document: unknown = JSON.parse(text);
    if (isObject(document)) return document;
  } catch (error) {
    throw new CommandFailure(`the vectors ${path} are not JSON`, 1, { cause: error });
  }
  throw new CommandFailure(`the vectors ${path} are not a JSON object`);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
