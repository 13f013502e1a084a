import type { Answer, CallOptions } from '../api-calls.js';
import type { Objects } from './objects.js';

/** What a caller needs, written down a second time beside the contract. */
export type Need =
  | 'public'
  | 'read:*'
  | 'api:*'
  | 'operator:*'
  | 'tenant:admin'
  | 'admin:*'
  | 'worker:heartbeat'
  | 'worker:lease'
  | 'worker:enrol';

/** An operation: who may, and a request that succeeds then. */
export interface Row {
  readonly needs: Need;
  /** It shows the whole fleet: nobody who belongs to a tenant may. */
  readonly platformOnly?: true;
  /** 200 unless told. */
  readonly status?: 201 | 204;
  /** What `{id}` is in the path. */
  readonly id?: keyof Objects;
  readonly query?: string | ((objects: Objects) => string);
  readonly body?: (objects: Objects) => unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects that a success uses up; `asAdmin` acts for the tenant that the caller acts for. */
  readonly fresh?: (
    asAdmin: AsAdmin,
    objects: Objects,
    newWorker: () => Promise<string>,
  ) => Promise<Partial<Objects>>;
  /** Takes back what would be in the way of those who come next. */
  readonly after?: (asAdmin: AsAdmin, answer: Pick<Answer, 'body'>) => Promise<unknown>;
}

/** Calls a path below `/api/v1` as an administrator, and wants it to succeed. */
export type AsAdmin = (path: string, options?: CallOptions) => Promise<Answer>;

let made = 0;

/** A name that no other object has, nor begins with. */
export function newName(kind: string): string {
  made += 1;
  return `${kind}-${String(made).padStart(6, '0')}`;
}
