import { spellControlCharacters } from './control-characters.js';
import type { FileContents } from './file-contents.js';
import { describePosition, type Origin } from './origin.js';

/**
 * What is wrong with one setting.
 *
 * - `unknown_key`, `unknown_variable`: there is no such setting
 * - `unsupported`: a setting of the reference implementation that has no counterpart here
 * - `wrong_type`, `out_of_range`, `not_allowed`: the value is of another type, too small or large, or not among the allowed
 * - `conflict`: two settings that exclude each other, or of which one needs the other
 * - `inconsistent`: settings that are valid and make no sense, together or alone, such as a secret with a line break in it
 * - `missing`: something that the settings call for is not there
 * - `placeholder`: a secret that is published in an example
 * - `secret_unreadable`, `secret_empty`, `secret_too_large`, `secret_readable_by_others`: about the file of a secret
 * - `file_unreadable`, `file_too_large`, `file_invalid`, `duplicate_key`: about the configuration file
 * - `usage`: the command line
 */
export type ConfigProblemCode =
  | 'unknown_key'
  | 'unknown_variable'
  | 'unsupported'
  | 'wrong_type'
  | 'out_of_range'
  | 'not_allowed'
  | 'conflict'
  | 'inconsistent'
  | 'missing'
  | 'placeholder'
  | 'secret_unreadable'
  | 'secret_empty'
  | 'secret_too_large'
  | 'secret_readable_by_others'
  | 'file_unreadable'
  | 'file_too_large'
  | 'file_invalid'
  | 'duplicate_key'
  | 'usage';

/** One thing that is wrong with the configuration. Never holds a secret. */
export interface ConfigProblem {
  readonly code: ConfigProblemCode;
  /** The dotted key; `config` when it is about the whole file, `arguments` when it is about the command line. */
  readonly key: string;
  readonly origin: Origin;
  /** Says what is wrong and what is allowed. */
  readonly message: string;
}

/** `invalid`: the settings; the others: the file as a whole, which could not be taken apart. */
export type ConfigErrorCode = 'file_unreadable' | 'file_too_large' | 'file_invalid' | 'invalid';

/**
 * The configuration cannot be used. Lists every problem, in the order of the file, then of the names of variables, then
 * of flags, then of rules across settings; never a secret.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /**
   * @param contents what was read, so that a watch sees it being repaired
   * @param warnings what is wrong in the sources without making the settings unusable, in the order of `problems`
   */
  constructor(
    readonly code: ConfigErrorCode,
    readonly problems: readonly ConfigProblem[],
    readonly contents: FileContents = new Map(),
    readonly warnings: readonly ConfigProblem[] = [],
  ) {
    super(messageOf(problems));
  }
}

/** A file of nonsense has thousands of problems; the first ones are enough to read. */
const TOLD_PROBLEMS = 100;

function messageOf(problems: readonly ConfigProblem[]): string {
  const lines = problems.slice(0, TOLD_PROBLEMS).map(describeProblem);
  const untold = problems.length - lines.length;
  return [...lines, ...(untold > 0 ? [`and ${untold} more problems`] : [])].join('\n');
}

/** A problem as one line: `/etc/stacyvm/stacyvm.yaml:3:5: server.port: must be an integer from 0 to 65535`. */
export function describeProblem({ origin, key, message }: ConfigProblem): string {
  const position = describePosition(origin);
  // Of a variable that no setting has, its name is all that there is.
  const subject = position === key ? key : `${position}: ${key}`;
  return spellControlCharacters(`${subject}: ${message}`);
}
