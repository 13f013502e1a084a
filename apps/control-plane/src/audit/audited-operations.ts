import type { AuditCategory } from '@stacyvm/audit';
import type { ServedOperation } from '../contract.js';

/** What the audit calls an operation, and the things that it is about. */
export interface AuditedOperation {
  readonly action: string;
  /** The kind of thing that a path's `id` names. */
  readonly kind: string;
  /** Of its records; `admin` unless told. */
  readonly category?: AuditCategory;
}

/**
 * Every operation below `/admin`, every other change that only administrators make, and what issuers demand; a test compares it with the
 * contract.
 */
export const AUDITED_OPERATIONS = {
  listAdminWorkers: { action: 'worker.list', kind: 'worker' },
  getAdminWorker: { action: 'worker.read', kind: 'worker' },
  removeWorker: { action: 'worker.remove', kind: 'worker' },
  cordonWorker: { action: 'worker.cordon', kind: 'worker' },
  uncordonWorker: { action: 'worker.uncordon', kind: 'worker' },
  drainWorker: { action: 'worker.drain', kind: 'worker' },
  undrainWorker: { action: 'worker.undrain', kind: 'worker' },
  issueWorkerToken: { action: 'worker_token.issue', kind: 'worker' },
  listWorkerTokenIssuances: { action: 'worker_token.list', kind: 'worker' },
  revokeWorkerCredentials: { action: 'worker_revocation.create', kind: 'worker_revocation' },
  listWorkerRevocations: { action: 'worker_revocation.list', kind: 'worker_revocation' },
  removeWorkerRevocation: { action: 'worker_revocation.remove', kind: 'worker_revocation' },
  createJoinToken: { action: 'join_token.create', kind: 'join_token' },
  listJoinTokens: { action: 'join_token.list', kind: 'join_token' },
  deleteJoinToken: { action: 'join_token.delete', kind: 'join_token' },
  createPolicy: { action: 'policy.create', kind: 'policy' },
  listPolicies: { action: 'policy.list', kind: 'policy' },
  getPolicy: { action: 'policy.read', kind: 'policy' },
  updatePolicy: { action: 'policy.update', kind: 'policy' },
  deletePolicy: { action: 'policy.delete', kind: 'policy' },
  evaluatePolicies: { action: 'policy.evaluate', kind: 'policy' },
  createTenant: { action: 'tenant.create', kind: 'tenant' },
  listTenants: { action: 'tenant.list', kind: 'tenant' },
  getTenant: { action: 'tenant.read', kind: 'tenant' },
  replaceTenant: { action: 'tenant.update', kind: 'tenant' },
  updateTenant: { action: 'tenant.update', kind: 'tenant' },
  deleteTenant: { action: 'tenant.delete', kind: 'tenant' },
  listTenantMembers: { action: 'tenant_member.list', kind: 'tenant' },
  getTenantMember: { action: 'tenant_member.read', kind: 'tenant' },
  setTenantMember: { action: 'tenant_member.set', kind: 'tenant' },
  removeTenantMember: { action: 'tenant_member.remove', kind: 'tenant' },
  listTenantPolicies: { action: 'policy.list', kind: 'tenant' },
  createTenantPolicy: { action: 'policy.create', kind: 'tenant' },
  getTenantPolicy: { action: 'policy.read', kind: 'policy' },
  updateTenantPolicy: { action: 'policy.update', kind: 'policy' },
  deleteTenantPolicy: { action: 'policy.delete', kind: 'policy' },
  setQuota: { action: 'quota.set', kind: 'owner' },
  deleteQuota: { action: 'quota.delete', kind: 'owner' },
  listAdminQuotas: { action: 'quota.list', kind: 'owner' },
  summarizeAdminQuotas: { action: 'quota.summarize', kind: 'owner' },
  getAdminQuota: { action: 'quota.read', kind: 'owner' },
  setAdminQuota: { action: 'quota.set', kind: 'owner' },
  deleteAdminQuota: { action: 'quota.delete', kind: 'owner' },
  getAdminQuotaUsage: { action: 'quota.usage', kind: 'owner' },
  getTenantQuota: { action: 'quota.read', kind: 'tenant' },
  setTenantQuota: { action: 'quota.set', kind: 'tenant' },
  deleteTenantQuota: { action: 'quota.delete', kind: 'tenant' },
  getTenantQuotaUsage: { action: 'quota.usage', kind: 'tenant' },
  createTenantApiKey: { action: 'api_key.create', kind: 'api_key' },
  listTenantApiKeys: { action: 'api_key.list', kind: 'api_key' },
  revokeTenantApiKey: { action: 'api_key.revoke', kind: 'api_key' },
  createPlatformApiKey: { action: 'api_key.create', kind: 'api_key' },
  listPlatformApiKeys: { action: 'api_key.list', kind: 'api_key' },
  revokePlatformApiKey: { action: 'api_key.revoke', kind: 'api_key' },
  revokeBearerTokens: { action: 'bearer_revocation.create', kind: 'bearer_revocation' },
  listBearerRevocations: { action: 'bearer_revocation.list', kind: 'bearer_revocation' },
  removeBearerRevocation: { action: 'bearer_revocation.remove', kind: 'bearer_revocation' },
  backChannelLogout: { action: 'session.logout', kind: 'session', category: 'authentication' },
  explainCredential: { action: 'credential.explain', kind: 'credential' },
  listWorkerCredentials: { action: 'worker_credential.list', kind: 'worker' },
  getWorkerKeys: { action: 'worker_key.list', kind: 'worker_key' },
  listAudit: { action: 'audit.list', kind: 'audit' },
  listAuditChains: { action: 'audit_chain.list', kind: 'audit' },
  exportAuditChain: { action: 'audit_chain.export', kind: 'audit' },
  getAuditKey: { action: 'audit_key.read', kind: 'audit' },
  exportTenantAudit: { action: 'audit.list', kind: 'tenant' },
  exportTenantAuditChain: { action: 'audit_chain.export', kind: 'tenant' },
  getAdminDiagnostics: { action: 'diagnostics.read', kind: 'control_plane' },
} as const satisfies Partial<Record<ServedOperation, AuditedOperation>>;

export type AuditedOperationId = keyof typeof AUDITED_OPERATIONS;

export function auditedOperation(id: string | undefined): AuditedOperation | undefined {
  return id !== undefined && Object.hasOwn(AUDITED_OPERATIONS, id)
    ? AUDITED_OPERATIONS[id as AuditedOperationId]
    : undefined;
}
