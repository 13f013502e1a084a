import type { components } from '@stacyvm/api';
import { AuthError, type LogoutToken } from '@stacyvm/auth';
import type { Store } from '@stacyvm/store';
import type { AdminAudit } from '../audit/admin-audit.js';
import type { AuditedHandler } from '../audit/audited-handlers.js';
import { AUDITED_OPERATIONS } from '../audit/audited-operations.js';
import type { LiveCallers } from '../callers/live-callers.js';
import type { BearerRevocations } from '../people/bearer-revocations.js';
import { logoutRevocation } from '../people/logout-revocation.js';
import { contextOf } from '../request-context.js';
import { type Handlers, NO_STORE } from './handler.js';

export interface BackChannelLogoutState {
  readonly store: Pick<Store, 'principalRevocations'>;
  readonly callers: Pick<LiveCallers, 'verifyLogout'>;
  readonly bearerRevocations: Pick<BearerRevocations, 'putInForce' | 'isRevoked'>;
  readonly audit: Pick<AdminAudit, 'begin'>;
  readonly clock: () => Date;
}

/** OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8. */
export function backChannelLogoutHandlers(
  { store, callers, bearerRevocations, audit, clock }: BackChannelLogoutState,
  audited: AuditedHandler,
): Handlers<'backChannelLogout'> {
  return {
    backChannelLogout: audited('backChannelLogout', async (request, requester) => {
      const { logout_token: token } = request.body as components['schemas']['BackChannelLogout'];
      const logout = await callers.verifyLogout(token, requester.sourceAddress);
      if (wasHeeded(logout, bearerRevocations)) throw replayed();
      const { revocation, rememberUntil: expiresAt } = logoutRevocation(logout, clock());
      const { kind, issuer, subject } = revocation;
      const detail = { kind, issuer, subject };
      contextOf(request).attempt = await audit.begin(
        { ...requester, actor: { kind: 'issuer', id: issuer, credentialId: '' } },
        { ...AUDITED_OPERATIONS.backChannelLogout, resource: '', detail },
      );
      const { tokenId } = logout;
      const record = await store.principalRevocations.addOnce(revocation, { tokenId, expiresAt });
      if (record === undefined) throw replayed();
      await bearerRevocations.putInForce();
      return { headers: NO_STORE, resource: `bearer_revocation:${record.id}`, detail };
    }),
  };
}

/** What is known here already need not go into the database and the audit once more. */
function wasHeeded(
  { issuer, tokenId, issuedAt }: LogoutToken,
  { isRevoked }: Pick<BearerRevocations, 'isRevoked'>,
): boolean {
  return isRevoked({ issuer, tokenId, issuedAt, subject: '', sessionId: undefined });
}

function replayed(): AuthError {
  return new AuthError('logout_token_replayed', 'the logout token has been heeded before');
}
