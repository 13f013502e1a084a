import { type AuditStatement, exportLine } from '@stacyvm/audit';
import { auditRecordOf, type Store } from '@stacyvm/store';
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
  if (anchor !== undefined) yield `${exportLine(anchor)}\n`;
  let after = anchor?.sequence ?? 0;
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
    let lines = '';
    for (const event of events) {
      lines += `${exportLine(auditRecordOf(event))}\n`;
      while (checkpoint.done !== true && checkpoint.value.sequence <= event.sequence) {
        lines += `${exportLine(checkpoint.value)}\n`;
        checkpoint = await checkpoints.next();
      }
      after = event.sequence;
    }
    yield lines;
  }
  const at = clock().toISOString();
  yield `${exportLine(await signEnd({ statement: 'head', tenant, sequence: last, hash, at }))}\n`;
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
