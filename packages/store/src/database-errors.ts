import { StoreError, type StoreErrorCode } from './errors.js';

/** The parts of a driver or socket error that decide what it means. */
export interface DatabaseErrorFacts {
  readonly code: string | undefined;
  readonly constraint: string | undefined;
  readonly message: string;
}

const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
]);

/** SQLSTATE classes and codes that a caller may retry: connection (08), resources (53), operator intervention (57P). */
const UNAVAILABLE_STATES = /^(?:08...|53...|57P0[1-5]|57014|55P03|25P03|25P04)$/;

/** Serialization failure and deadlock: the transaction was rolled back and another one won. */
const LOST_RACE_STATES: ReadonlySet<string> = new Set(['40001', '40P01']);

/** The driver reports a lost connection with an Error that has a text and no code. */
const LOST_CONNECTION_TEXT =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable|connection error/i;

export function databaseErrorFacts(error: unknown): DatabaseErrorFacts {
  if (error instanceof AggregateError && error.errors.length > 0) {
    // A host name with several addresses: every attempt failed, the first speaks for all.
    return databaseErrorFacts(error.errors[0]);
  }
  if (!(error instanceof Error)) {
    return { code: undefined, constraint: undefined, message: 'unknown failure' };
  }
  const fields = error as Error & { code?: unknown; constraint?: unknown };
  return {
    code: typeof fields.code === 'string' ? fields.code : undefined,
    constraint: typeof fields.constraint === 'string' ? fields.constraint : undefined,
    message: error.message,
  };
}

export function isConnectionLoss(error: unknown): boolean {
  const { code, message } = databaseErrorFacts(error);
  if (code !== undefined) {
    return SOCKET_CODES.has(code) || /^(?:08...|57P0[1-5]|25P03|25P04)$/.test(code);
  }
  return LOST_CONNECTION_TEXT.test(message);
}

/** The error a caller of this package sees for a failure of the driver. A StoreError passes unchanged. */
export function storeErrorFrom(error: unknown): StoreError {
  if (error instanceof StoreError) {
    return error;
  }
  const facts = databaseErrorFacts(error);
  const [code, message] = meaningOf(facts, error);
  return new StoreError(code, message, { cause: error });
}

/** For the `catch` of an insert: Postgres says that a row is missing that the new one refers to, and this which one it is. */
export function whenMissing(referred: () => StoreError): (error: unknown) => never {
  return (error) => {
    throw error instanceof StoreError && error.code === 'not_found' ? referred() : error;
  };
}

function meaningOf(facts: DatabaseErrorFacts, error: unknown): readonly [StoreErrorCode, string] {
  const { code, constraint } = facts;
  const where = constraint === undefined ? '' : ` (${constraint})`;
  if (code === undefined) {
    return LOST_CONNECTION_TEXT.test(facts.message)
      ? ['unavailable', `database unavailable: ${facts.message}`]
      : ['internal', `database operation failed: ${facts.message}`];
  }
  if (isConnectionLoss(error) || UNAVAILABLE_STATES.test(code)) {
    return ['unavailable', `database unavailable: ${facts.message}`];
  }
  if (code === '28P01' || code === '28000' || code === '3D000') {
    return ['unavailable', `database refused the connection: ${facts.message}`];
  }
  if (code === '23505') {
    return ['conflict', `already exists${where}`];
  }
  if (code === '23503') {
    return ['not_found', `referenced row does not exist${where}`];
  }
  if (code.startsWith('23') || code.startsWith('22') || code === '54000') {
    return ['invalid_input', `value cannot be stored${where}: ${facts.message}`];
  }
  if (LOST_RACE_STATES.has(code)) {
    return ['conflict', 'a concurrent change was first; try again'];
  }
  return ['internal', `database operation failed: ${facts.message} (${code})`];
}
