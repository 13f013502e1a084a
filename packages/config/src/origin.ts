/** Where a value came from. Lines and columns count from 1 and are there for `file` only. */
export interface Origin {
  readonly kind: 'default' | 'file' | 'environment' | 'flag' | 'secret_file' | 'derived';
  /** The path, the variable, the flag as typed (`--port`), or the key that the value follows from; '' for a default. */
  readonly name: string;
  readonly line?: number;
  readonly column?: number;
  /** Where the path of a `secret_file` was given. */
  readonly namedBy?: Origin;
}

export const DEFAULT_ORIGIN: Origin = { kind: 'default', name: '' };

/** An origin for people: `/etc/stacyvm/stacyvm.yaml:12`, `STACYVM_SERVER_PORT`, `--port`, `default`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'file':
      return origin.line === undefined ? origin.name : `${origin.name}:${origin.line}`;
    case 'environment':
    case 'flag':
      return origin.name;
    case 'secret_file':
      return origin.namedBy === undefined
        ? origin.name
        : `${origin.name} (named by ${describeOrigin(origin.namedBy)})`;
    case 'derived':
      return `follows from ${origin.name}`;
  }
}

/** As `describeOrigin`, with the column, so that an editor jumps to the place. */
export function describePosition(origin: Origin): string {
  const place = describeOrigin(origin);
  return origin.kind === 'file' && origin.line !== undefined && origin.column !== undefined
    ? `${place}:${origin.column}`
    : place;
}
