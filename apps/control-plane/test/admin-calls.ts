import type { AuditEvent } from '@stacyvm/store';
import { type Answer, type CallOptions, call, type Json } from './api-calls.js';
import type { Fixture } from './control-plane-fixture.js';
import { eventually } from './eventually.js';

export type Administered = Pick<Fixture, 'url' | 'apiKey' | 'adminKey'>;

/** Calls a path below `/api/v1/admin` with the admin key. */
export function admin(fixture: Administered, path: string, options: CallOptions = {}): Promise<Answer> {
  return call(fixture, `/admin${path}`, { key: fixture.adminKey, ...options });
}

/** Revokes, and tells the id. */
export async function revoke(fixture: Administered, what: Json): Promise<string> {
  const { status, body, text } = await admin(fixture, '/worker-revocations', {
    body: { reason: 'a test', ...what },
  });
  if (status !== 201) throw new Error(`not revoked: ${status} ${text}`);
  return String(body['id']);
}

export async function unrevoke(fixture: Administered, id: string): Promise<void> {
  const { status, text } = await admin(fixture, `/worker-revocations/${id}`, { method: 'DELETE' });
  if (status !== 200) throw new Error(`still revoked: ${status} ${text}`);
}

/** Creates a join token. */
export async function joinTokenFor(
  fixture: Administered,
  workerId: string,
  more: Json = {},
): Promise<{ readonly id: string; readonly token: string }> {
  const { status, body, text } = await admin(fixture, '/join-tokens', {
    body: { worker_id: workerId, ...more },
  });
  if (status !== 201) throw new Error(`no join token: ${status} ${text}`);
  return { id: String(body['id']), token: String(body['token']) };
}

export function items({ text }: Answer): readonly Json[] {
  return JSON.parse(text) as readonly Json[];
}

/** The newest outcome in the audit of a request, once it is there. */
export function auditOf(fixture: Fixture, requestId: string): Promise<AuditEvent> {
  return eventually(async () => {
    const { items: entries } = await fixture.store.audit.list({ limit: 1000 });
    const entry = entries.find((each) => each.requestId === requestId && each.phase === 'outcome');
    if (entry === undefined) throw new Error(`nothing is audited for ${requestId}`);
    return entry;
  });
}
