/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** The dotted key, or the name of the file or variable when it is not about one key. */
  readonly key: string;
  /** Where the value came from, such as `/etc/stacyvm/stacyvm.yaml` or `STACYVM_SERVER_PORT`. */
  readonly origin: string;
  readonly message: string;
}

export type ConfigErrorCode = 'file_unreadable' | 'file_invalid' | 'invalid';

/** The configuration cannot be used. Lists every problem, sorted by key; never a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    readonly code: ConfigErrorCode,
    readonly problems: readonly ConfigProblem[],
  ) {
    super(problems.map(({ key, origin, message }) => `${key}: ${message} (${origin})`).join('\n'));
  }
}
