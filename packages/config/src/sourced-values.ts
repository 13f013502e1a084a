import type { ConfigProblem } from './errors.js';
import type { Origin } from './origin.js';
import type { YamlNode } from './yaml/node.js';

/** A raw value and where it came from. Relative paths in it are relative to `baseDir`. */
export interface SourcedValue {
  readonly value: unknown;
  readonly origin: Origin;
  readonly baseDir: string;
  /** What the value was read from, which knows the places of its parts. */
  readonly node?: YamlNode;
}

/** Values by dotted key, forms of secrets that name files included. */
export type SourcedValues = Map<string, SourcedValue>;

/** What one source gives. */
export interface SourceReading {
  readonly values: SourcedValues;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}
