import { StoreError } from './errors.js';

export const DEFAULT_LIST_LIMIT = 100;
export const MAX_LIST_LIMIT = 1000;

/** One page of a list. `nextCursor` is present exactly when more rows follow; hand it back as `after`. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

export interface PageRequest {
  /** Rows at most; 100 unless told, capped at 1000. */
  readonly limit?: number;
  /** The `nextCursor` of the page before. */
  readonly after?: string;
}

export function pageLimit(limit: number | undefined): number {
  if (limit === undefined) {
    return DEFAULT_LIST_LIMIT;
  }
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new StoreError('invalid_input', 'list limit must be a positive integer');
  }
  return Math.min(limit, MAX_LIST_LIMIT);
}

/** Cuts the one row that was read beyond the limit and turns it into the knowledge that there is a next page. */
export function pageOf<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, nextCursor: cursorOf(last) } : { items };
}

export function invalidCursor(): StoreError {
  return new StoreError('invalid_input', 'list cursor is not valid');
}

/** Position in a list ordered by a serial number. @throws StoreError `invalid_input` when the text is none. */
export function serialCursor(text: string): string {
  if (!/^[0-9]{1,18}$/.test(text)) {
    throw invalidCursor();
  }
  return text;
}

/** Position in a list ordered by time and id. */
export interface TimeCursor {
  readonly at: Date;
  readonly id: string;
}

export function encodeTimeCursor(cursor: TimeCursor): string {
  return Buffer.from(`${cursor.at.toISOString()} ${cursor.id}`, 'utf8').toString('base64url');
}

/** @throws StoreError `invalid_input` when the text is not a cursor this package made. */
export function decodeTimeCursor(text: string): TimeCursor {
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  const separator = decoded.indexOf(' ');
  const at = new Date(decoded.slice(0, Math.max(separator, 0)));
  const id = decoded.slice(separator + 1);
  if (separator < 1 || id === '' || Number.isNaN(at.getTime()) || id.includes('\0')) {
    throw invalidCursor();
  }
  return { at, id };
}

/** A position by several texts without white space. */
export function encodeListPosition(parts: readonly string[]): string {
  return Buffer.from(parts.join(' '), 'utf8').toString('base64url');
}

/** @throws StoreError `invalid_input` when the text cannot be stored in a query; what the parts are is not checked. */
export function decodeListPosition(text: string): readonly string[] {
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  if (decoded.includes('\0')) {
    throw invalidCursor();
  }
  return decoded.split(' ');
}
