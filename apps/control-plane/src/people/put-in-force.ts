import type { Logger } from '@stacyvm/logging';
import type { BearerRevocations } from './bearer-revocations.js';

/** A change is made, and every control plane will see it; that this one does so at once is a courtesy, which never fails. */
export async function putInForce({
  bearerRevocations,
  logger,
}: {
  readonly bearerRevocations: Pick<BearerRevocations, 'refresh'>;
  readonly logger: Logger;
}): Promise<void> {
  try {
    await bearerRevocations.refresh();
  } catch (error) {
    logger.warn('a change of the revocations of bearer tokens is not in force here yet', { error });
  }
}
