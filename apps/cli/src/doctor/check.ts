export type CheckStatus = 'success' | 'warning' | 'failure' | 'skipped';

/** What one check found. The message says what is there, the advice what to do. */
export interface Finding {
  readonly status: CheckStatus;
  readonly message: string;
  readonly advice?: string;
  /** A warning that production does not tolerate. */
  readonly failsInProduction?: true;
}

/** One thing to look at. */
export interface Check {
  /** Unique among its siblings. */
  readonly id: string;
  readonly title: string;
  /** Looks, and changes nothing. A rejection counts as a failure. */
  run(signal: AbortSignal): Promise<Finding>;
}

/** Checks that belong together. Which they are may itself have to be looked up. */
export interface CheckGroup {
  readonly id: string;
  readonly title: string;
  /** The checks in the order in which they are told, or why there are none. */
  checks(signal: AbortSignal): Promise<readonly CheckNode[] | Finding> | readonly CheckNode[] | Finding;
}

export type CheckNode = Check | CheckGroup;

export function success(message: string): Finding {
  return { status: 'success', message };
}

export function skipped(message: string): Finding {
  return { status: 'skipped', message };
}

export function failure(message: string, advice: string): Finding {
  return { status: 'failure', message, advice };
}

export function warning(message: string, advice: string): Finding {
  return { status: 'warning', message, advice };
}

/** A warning that is a failure with `--production`. */
export function weakness(message: string, advice: string): Finding {
  return { status: 'warning', message, advice, failsInProduction: true };
}

/** A check whose finding needs no waiting. */
export function note(id: string, title: string, finding: Finding): Check {
  return { id, title, run: async () => finding };
}
