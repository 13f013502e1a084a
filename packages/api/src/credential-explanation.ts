import type { components } from './generated/contract.js';

type CredentialExplanation = components['schemas']['CredentialExplanation'];
type ExplainedPrincipal = NonNullable<CredentialExplanation['principal']>;

/** What a verification tells of a credential; `CredentialExplanation` of @stacyvm/auth is one. */
export type CredentialVerdict = {
  readonly checks: readonly Readonly<CredentialExplanation['checks'][number]>[];
} & (
  | { readonly accepted: false; readonly reason: string; readonly message: string }
  | {
      readonly accepted: true;
      readonly principal: Readonly<Pick<ExplainedPrincipal, 'kind' | 'id' | 'role'>> & {
        readonly scopes: readonly string[];
        readonly credentialId: string;
        readonly tenant?: string;
        readonly issuer?: string;
      };
    }
);

/** The same in the words of the contract. */
export function credentialExplanation(verdict: CredentialVerdict): CredentialExplanation {
  const checks = verdict.checks.map((check) => ({ ...check }));
  if (!verdict.accepted) {
    const { reason, message } = verdict;
    return { accepted: false, checks, reason, message };
  }
  const { kind, id, role, scopes, credentialId, tenant, issuer } = verdict.principal;
  return {
    accepted: true,
    checks,
    principal: {
      kind,
      id,
      role,
      scopes: [...scopes],
      credential_id: credentialId,
      ...(tenant === undefined ? {} : { tenant_id: tenant }),
      ...(issuer === undefined ? {} : { issuer }),
    },
  };
}
