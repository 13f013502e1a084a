import { describeOrigin, type Origin } from '../origin.js';

/** A place in a file that an editor can open. */
export interface FilePlace {
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** Where somebody wrote what a finding is about: of a secret in a file, where that file is named. */
export function writtenAt(origin: Origin): Origin {
  return origin.kind === 'secret_file' && origin.namedBy !== undefined ? writtenAt(origin.namedBy) : origin;
}

/** The place in a file; undefined when it was written in a variable or on the command line. */
export function filePlaceOf(origin: Origin | undefined): FilePlace | undefined {
  if (origin === undefined) return undefined;
  const written = writtenAt(origin);
  return written.kind === 'file' || written.kind === 'secret_file'
    ? { file: written.name, line: written.line, column: written.column }
    : undefined;
}

/** The place for people: `/etc/stacyvm/stacyvm.yaml:12`, or the variable or flag. */
export function describePlace(origin: Origin | undefined): string | undefined {
  return origin === undefined ? undefined : describeOrigin(writtenAt(origin));
}
