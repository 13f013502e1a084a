import type { AuditClient } from '@stacyvm/api';

/** Whole chains for verification, as lines: of one tenant, '' being the platform, or undefined: of all. */
export async function* chainLines(
  audit: Pick<AuditClient, 'chain' | 'chains'>,
  tenant: string | undefined,
): AsyncGenerator<string> {
  if (tenant !== undefined) {
    yield* audit.chain(tenant);
    return;
  }
  for await (const { tenant_id: each } of audit.chains()) yield* audit.chain(each);
}
