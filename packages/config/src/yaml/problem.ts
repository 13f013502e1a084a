import type { YamlPosition } from './node.js';

export interface YamlLimits {
  /** Maps and lists within each other, those that aliases bring included. */
  readonly maxDepth: number;
  /** Nodes of the whole document, every use of an alias counted. */
  readonly maxNodes: number;
}

export const YAML_LIMITS: YamlLimits = { maxDepth: 32, maxNodes: 20_000 };

/** Something in a document that is YAML, and not what a map of settings may hold. */
export interface YamlProblem {
  readonly code: 'duplicate_key' | 'wrong_type';
  /** The names that lead to it. */
  readonly path: readonly string[];
  readonly position: YamlPosition;
  readonly message: string;
}

/** Its name is not told: a secret that begins with ! is taken for a type when it is not in quotes. */
export const UNKNOWN_TYPE =
  'has a type that is unknown or does not fit; put a text that begins with ! in quotes';

/** The text is not one YAML document within the limits. */
export class YamlError extends Error {
  override readonly name = 'YamlError';

  constructor(
    message: string,
    readonly position: YamlPosition,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
