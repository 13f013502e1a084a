import { basename } from 'node:path';
import {
  POLICY_EFFECTS,
  POLICY_MODES,
  PolicyError,
  type PolicyRule,
  RESOURCE_TYPES,
  validatePattern,
} from '@stacyvm/policy';
import { readConfigFile } from '../config-file.js';
import { ConfigError, type ConfigProblem } from '../errors.js';
import { contentAt } from '../file-contents.js';
import { itemsOf, problemNotes, RecordReader } from './record-reader.js';

/** A rule from a file: global, and not to be changed through the API. */
export interface FileRule extends PolicyRule {
  /** `file:`, the name of the file without its directory, `#` and the number of the rule in it, from 1. */
  readonly id: string;
  readonly tenantId: null;
  /** For people; empty unless given. */
  readonly description: string;
}

/** A file of rules, as it was read. */
export interface PolicyFile {
  /** Absolute. */
  readonly path: string;
  readonly rules: readonly FileRule[];
}

export interface PolicyFileReading {
  /** Undefined when there are problems. */
  readonly file: PolicyFile | undefined;
  readonly problems: readonly ConfigProblem[];
  /** As `contentAt`. */
  readonly content: string;
}

/** Lower than any that the API takes: what a file decides there, nothing overrules. */
export const FILE_PRIORITY = { min: -2_000_000, max: 1_000_000 };

const DEFAULT_PRIORITY = 10;
const MAX_DESCRIPTION_LENGTH = 500;
const FIELDS = ['resource_type', 'effect', 'pattern', 'priority', 'mode', 'description'];
const FILE_NAME = /^[A-Za-z0-9._-]{1,100}$/;

/**
 * Reads one file of rules, and all that is wrong with it.
 *
 * @param rank of the file among others: of rules with the same priority and effect, those of an earlier file count as older
 */
export function readPolicyFile(path: string, rank: number): PolicyFileReading {
  const problems: ConfigProblem[] = [];
  const note = problemNotes(path, 'policy.files', problems);
  const name = basename(path);
  if (!FILE_NAME.test(name)) {
    const where = { line: 1, column: 1 };
    note(
      'not_allowed',
      where,
      'the name of the file may have letters, digits, ".", "_" and "-": its rules bear it',
    );
  }
  try {
    const { root, problems: found, content } = readConfigFile(path);
    problems.push(...found.map((problem) => ({ ...problem, key: 'policy.files' })));
    const items = itemsOf(root, 'rules', note) ?? [];
    const rules = items.flatMap((node, index) => {
      const number = index + 1;
      const reader = new RecordReader(node, `rule ${number}`, FIELDS, note);
      return readRule(reader, { id: `file:${name}#${number}`, createdAt: timeOf(rank, number) }) ?? [];
    });
    return { file: problems.length > 0 ? undefined : { path, rules }, problems, content };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems.map((problem) => ({ ...problem, key: 'policy.files' })));
    return { file: undefined, problems, content: error.contents.get(path) ?? contentAt(path) };
  }
}

/** The time has no meaning but the order: before every rule of a store, and the same on every control plane. */
function timeOf(rank: number, number: number): Date {
  return new Date(rank * 1_000_000 + number);
}

function readRule(reader: RecordReader, given: Pick<FileRule, 'id' | 'createdAt'>): FileRule | undefined {
  const rule: FileRule = {
    ...given,
    tenantId: null,
    resourceType: reader.oneOf('resource_type', RESOURCE_TYPES),
    effect: reader.oneOf('effect', POLICY_EFFECTS),
    pattern: reader.text('pattern'),
    priority: reader.integer('priority', FILE_PRIORITY, DEFAULT_PRIORITY),
    mode: reader.oneOf('mode', POLICY_MODES, 'enforce'),
    description: reader.text('description', ''),
  };
  if (rule.description.length > MAX_DESCRIPTION_LENGTH) {
    reader.refuse('description', `must have at most ${MAX_DESCRIPTION_LENGTH} characters`);
  }
  if (reader.isSound) checkPattern(rule.pattern, reader);
  return reader.isSound ? rule : undefined;
}

function checkPattern(pattern: string, reader: RecordReader): void {
  try {
    validatePattern(pattern);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    reader.refuse('pattern', `is not valid: ${error.message}`);
  }
}
