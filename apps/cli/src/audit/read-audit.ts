import { ApiError, type AuditClient, type AuditQuery } from '@stacyvm/api';
import { CommandFailure } from '../failure.js';
import type { AuditSubject } from './audit-subject.js';

/** Which records of a subject. */
export type AuditFilter = Omit<AuditQuery, 'tenant_id' | 'limit'>;

/**
 * The records of a subject that match, newest first, as lines of NDJSON or CSV.
 *
 * @param requestId of the reading, which what is read of a tenant begins with
 */
export async function* matchingLines(
  audit: Pick<AuditClient, 'lines' | 'tenantLines'>,
  subject: AuditSubject,
  filter: AuditFilter,
  format: 'ndjson' | 'csv',
  requestId?: string,
): AsyncGenerator<string> {
  if (subject.kind === 'tenant') {
    const { tenant } = subject;
    yield* ownOrGone(audit.tenantLines(tenant, filter, format, { requestId }), () =>
      audit.lines({ ...filter, tenant_id: tenant }, format),
    );
  } else {
    yield* explained(audit.lines({ ...filter, ...tenantIdOf(subject) }, format));
  }
}

/** Whole chains for verification, as lines. */
export async function* chainLines(
  audit: Pick<AuditClient, 'chain' | 'chains' | 'tenantChain'>,
  subject: AuditSubject,
): AsyncGenerator<string> {
  if (subject.kind === 'tenant') {
    const { tenant } = subject;
    yield* ownOrGone(audit.tenantChain(tenant), () => audit.chain(tenant));
  } else if (subject.kind === 'platform') {
    yield* explained(audit.chain(''));
  } else {
    for await (const { tenant_id: each } of explained(audit.chains())) yield* audit.chain(each);
  }
}

/** What the route of the platform is asked for; a tenant without a name is the platform. */
export function tenantIdOf({ kind }: Exclude<AuditSubject, { kind: 'tenant' }>): {
  readonly tenant_id?: string;
} {
  return kind === 'platform' ? { tenant_id: '' } : {};
}

/** Reads what is for administrators of the platform, and says to others where they may look. */
export async function* explained<T>(read: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* read;
  } catch (error) {
    throw withAdvice(error);
  }
}

/** Tells whom the audit of the platform is closed to which one is theirs. */
export function withAdvice(error: unknown): unknown {
  if (!isRefusal(error, 403)) return error;
  const advice = 'administrators of a tenant read what was done to it: name it with --tenant';
  return new CommandFailure(`${error.message}; ${advice}`, 1, { cause: error });
}

/**
 * Reads by the route of the tenant, which is there for its administrators. A tenant that is gone has none, and its records are for the
 * administrators of the platform; to whom these are closed learns what the first route said.
 */
async function* ownOrGone(own: AsyncGenerator<string>, gone: () => AsyncGenerator<string>) {
  let read = own;
  try {
    let line = await read.next().catch((notFound: unknown) => {
      if (!isRefusal(notFound, 404)) throw notFound;
      read = gone();
      return read.next().catch((refusal: unknown) => {
        throw isRefusal(refusal, 403) ? notFound : refusal;
      });
    });
    for (; line.done !== true; line = await read.next()) yield line.value;
  } finally {
    await read.return(undefined);
  }
}

function isRefusal(error: unknown, status: 403 | 404): error is ApiError {
  return error instanceof ApiError && error.status === status;
}
