import { type AuditRecord, type AuditStatement, exportLine } from '@stacyvm/audit';
import { type AuditEvent, auditRecordOf, type Store } from '@stacyvm/store';
import type { SignEnd } from './end-signing.js';

export interface ChainExportOptions {
  readonly store: Pick<Store, 'audit'>;
  readonly signEnd: SignEnd;
  readonly clock: () => Date;
}

const PAGE = 1000;

/**
 * The lines of a whole chain: anchor, records with checkpoints among them, head. It ends where the chain stood at the
 * beginning, and takes memory for one page.
 *
 * @throws Error when records are gone that were there, so that what was sent is no whole chain; StoreError
 */
export async function* chainExport(
  { store, signEnd, clock }: ChainExportOptions,
  tenant: string,
): AsyncGenerator<string> {
  const { sequence: last, hash } = await store.audit.head(tenant);
  const anchor = await store.audit.anchor(tenant);
  if (anchor !== undefined) yield line(anchor);
  let after = anchor?.sequence ?? 0;
  // What was pruned went together with its anchor: whatever stands there was put there by somebody.
  yield* (await store.audit.chain({ tenant, after: 0, upTo: after, limit: PAGE })).map(recordLine);
  const checkpoints = checkpointsOf(store, tenant, last);
  let checkpoint = await checkpoints.next();
  while (after < last) {
    const events = await store.audit.chain({ tenant, after, upTo: last, limit: PAGE });
    const isPruned = events.length === 0 || (await store.audit.head(tenant)).anchorSequence > after;
    if (isPruned && (await store.audit.anchor(tenant))?.sequence !== anchor?.sequence) {
      throw new Error('the chain was pruned while it was exported; export it again');
    }
    // Whatever else is missing was taken by somebody, and is for the verification to find.
    if (events.length === 0) break;
    let text = '';
    for (const event of events) {
      text += recordLine(event);
      while (checkpoint.done !== true && checkpoint.value.sequence <= event.sequence) {
        text += line(checkpoint.value);
        checkpoint = await checkpoints.next();
      }
      after = event.sequence;
    }
    yield text;
  }
  yield* beyondHead(store, tenant);
  const at = clock().toISOString();
  yield line(await signEnd({ statement: 'head', tenant, sequence: last, hash, at }));
}

/**
 * What stands where the chain has not come to: of a chain whose head was moved back, or records that nobody appended.
 * The verification tells of it, as it would otherwise be in the lists alone.
 */
async function* beyondHead(store: Pick<Store, 'audit'>, tenant: string): AsyncGenerator<string> {
  const range = { tenant, after: (await store.audit.head(tenant)).sequence, limit: PAGE };
  const checkpoints = await store.audit.checkpoints(range);
  const events = await store.audit.chain(range);
  if (checkpoints.length === 0 && events.length === 0) return;
  // Others append meanwhile, and the head moves with what they append: it is read once more.
  const { sequence: end } = await store.audit.head(tenant);
  yield* events.filter(({ sequence }) => sequence > end).map(recordLine);
  for (const checkpoint of checkpoints) if (checkpoint.sequence > end) yield line(checkpoint);
}

/** An event as exports have it. */
export function recordLine(event: AuditEvent): string {
  return line(auditRecordOf(event));
}

function line(entry: AuditRecord | AuditStatement): string {
  return `${exportLine(entry)}\n`;
}

async function* checkpointsOf(
  store: Pick<Store, 'audit'>,
  tenant: string,
  upTo: number,
): AsyncGenerator<AuditStatement> {
  let after = 0;
  for (;;) {
    const page = await store.audit.checkpoints({ tenant, after, upTo, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.sequence;
  }
}
