import type { Operation, OperationId } from '@stacyvm/api';
import type { Caller } from './callers.js';
import type { Question } from './client.js';
import { expectedRefusal } from './expected-answer.js';
import { type Objects, pathWith } from './objects.js';
import type { Row } from './row.js';
import { ROWS } from './rows.js';

/** @throws Error when an operation has no row yet */
export function rowOf(id: OperationId): Row {
  const row: Row | undefined = ROWS[id];
  if (row === undefined) throw new Error(`who may ${id}? write a row for it in test/matrix`);
  return row;
}

/** The request of an operation's row, by a caller, for objects. */
export function requestOf(
  operation: Operation,
  caller: Caller,
  objects: Objects,
): Question & { readonly path: string } {
  const { query = '', body, headers, id } = rowOf(operation.id);
  const path = pathWith(operation.path, objects, id);
  return {
    path: path + (typeof query === 'function' ? query(objects) : query),
    method: operation.method.toUpperCase(),
    headers: { ...headers, ...caller.headers },
    ...(body === undefined ? {} : { body: body(objects) }),
  };
}

/** Why a caller must not have an operation, on things of its own or on the tenant A; undefined: it must. */
export function refusalOf(operation: Operation, caller: Caller) {
  return expectedRefusal(rowOf(operation.id), operation.path.includes('{tenant_id}'), caller);
}
