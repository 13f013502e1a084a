import {
  type AuditSigningKey,
  type AuditStatement,
  type ChainEnd,
  makeStatement,
  type StatementContent,
} from '@stacyvm/audit';
import type { Logger } from '@stacyvm/logging';
import type { Store } from '@stacyvm/store';

/** Says how far a chain has come, by a checkpoint or a head. Without a signature, it is not to be relied on. */
export type SignEnd = (content: StatementContent) => Promise<AuditStatement>;

/**
 * Signs ends of chains. Whoever can write to the database alone could make a chain anew and have it signed by the next
 * checkpoint or export; so this process signs nothing more of a chain that is not the one it has signed before.
 */
export function createEndSigning({
  store,
  key,
  logger,
}: {
  readonly store: Pick<Store, 'audit'>;
  readonly key: AuditSigningKey | undefined;
  readonly logger: Pick<Logger, 'error'>;
}): SignEnd {
  if (key === undefined) return async (content) => makeStatement(content);
  const signed = new Map<string, ChainEnd>();

  /** Whether the chain still goes through the place that was signed last, or was pruned beyond it. */
  async function isSame(tenant: string, { sequence, hash }: ChainEnd): Promise<boolean> {
    const [event] = await store.audit.chain({ tenant, after: sequence - 1, upTo: sequence, limit: 1 });
    if (event !== undefined) return event.hash === hash;
    const anchor = await store.audit.anchor(tenant);
    if (anchor === undefined || anchor.sequence < sequence) return false;
    // Ed25519 signs the same content always in the same way.
    return makeStatement(anchor, key).signature === anchor.signature;
  }

  return async (content) => {
    const { tenant, sequence, hash } = content;
    const before = signed.get(tenant);
    if (before !== undefined && !(await isSame(tenant, before))) {
      logger.error('a chain of the audit is not the one that was signed before; it is signed no more', {
        tenant_id: tenant,
        signed_up_to: before.sequence,
        fix: 'compare an export with an earlier one or with a sink, and find out who wrote to the database',
      });
      return makeStatement(content);
    }
    if (sequence > (before?.sequence ?? 0)) signed.set(tenant, { sequence, hash });
    return makeStatement(content, key);
  };
}
