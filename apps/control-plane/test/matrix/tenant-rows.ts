import type { OperationId } from '@stacyvm/api';
import type { Objects } from './objects.js';
import { type AsAdmin, newName, type Row } from './row.js';

/** Below `/admin/tenants/{tenant_id}`, for those who manage it and for administrators. */
const ofTenant = { needs: 'tenant:admin' } as const;
const ofPlatform = { needs: 'admin:*' } as const;

const rule = () => ({
  resource_type: 'image',
  effect: 'deny',
  pattern: `${newName('nowhere')}.example/*`,
});
const tenantKey = () => ({ name: newName('key'), role: 'viewer' });
const limits = () => ({ max_sandboxes: 1000 });

const newTenant = async (asAdmin: AsAdmin) => {
  const tenant = newName('tn');
  await asAdmin('/admin/tenants', { body: { id: tenant, name: tenant } });
  return { tenant };
};
const newMember = async (asAdmin: AsAdmin, { tenant }: Objects) => {
  const member = newName('user');
  await asAdmin(`/admin/tenants/${tenant}/members/${member}`, { method: 'PUT', body: { role: 'viewer' } });
  return { member };
};
const newKey = async (asAdmin: AsAdmin, { tenant }: Objects) => {
  const { body } = await asAdmin(`/admin/tenants/${tenant}/api-keys`, { body: tenantKey() });
  return { tenantKey: String(body['id']) };
};
const newPolicy = async (asAdmin: AsAdmin, { tenant }: Objects) => {
  const { body } = await asAdmin(`/admin/tenants/${tenant}/policies`, { body: rule() });
  return { tenantPolicy: String((body['policy'] as { readonly id: string }).id) };
};
const newQuota = async (asAdmin: AsAdmin) => {
  const owner = newName('owner');
  await asAdmin(`/admin/quotas/${owner}`, { method: 'PUT', body: limits() });
  return { owner };
};
const newTenantQuota = async (asAdmin: AsAdmin) => {
  const { tenant } = await newTenant(asAdmin);
  await asAdmin(`/admin/tenants/${tenant}/quota`, { method: 'PUT', body: limits() });
  return { tenant };
};

/** Tenants, who and what belongs to them, and quotas. */
export const tenantRows = {
  createTenant: { ...ofPlatform, status: 201, body: () => ({ name: newName('Tenant') }) },
  listTenants: ofPlatform,
  getTenant: ofPlatform,
  replaceTenant: { ...ofPlatform, body: () => ({ name: newName('Tenant') }) },
  updateTenant: { ...ofPlatform, body: () => ({ name: newName('Tenant') }) },
  deleteTenant: { ...ofPlatform, status: 204, fresh: newTenant },
  listTenantMembers: ofTenant,
  getTenantMember: ofTenant,
  setTenantMember: { ...ofTenant, body: () => ({ role: 'operator' }), fresh: newMember },
  removeTenantMember: { ...ofTenant, status: 204, fresh: newMember },
  listTenantPolicies: ofTenant,
  createTenantPolicy: { ...ofTenant, status: 201, body: rule },
  getTenantPolicy: { ...ofTenant, id: 'tenantPolicy' },
  updateTenantPolicy: {
    ...ofTenant,
    id: 'tenantPolicy',
    body: () => ({ description: newName('told') }),
    fresh: newPolicy,
  },
  deleteTenantPolicy: { ...ofTenant, status: 204, id: 'tenantPolicy', fresh: newPolicy },
  createTenantApiKey: { ...ofTenant, status: 201, body: tenantKey },
  listTenantApiKeys: ofTenant,
  revokeTenantApiKey: { ...ofTenant, id: 'tenantKey', fresh: newKey },
  exportTenantAudit: ofTenant,
  exportTenantAuditChain: ofTenant,
  getTenantQuota: ofTenant,
  getTenantQuotaUsage: ofTenant,
  setTenantQuota: { ...ofPlatform, body: limits },
  deleteTenantQuota: { ...ofPlatform, fresh: newTenantQuota },
  listQuotas: { needs: 'read:*' },
  summarizeQuotas: { needs: 'read:*' },
  getQuota: { needs: 'read:*', id: 'owner' },
  getQuotaUsage: { needs: 'read:*', id: 'owner' },
  setQuota: { ...ofPlatform, id: 'owner', body: limits },
  deleteQuota: { ...ofPlatform, id: 'owner', fresh: newQuota },
  listAdminQuotas: ofPlatform,
  summarizeAdminQuotas: ofPlatform,
  getAdminQuota: { ...ofPlatform, id: 'owner' },
  setAdminQuota: { ...ofPlatform, id: 'owner', body: limits },
  deleteAdminQuota: { ...ofPlatform, id: 'owner', fresh: newQuota },
  getAdminQuotaUsage: { ...ofPlatform, id: 'owner' },
} as const satisfies Partial<Record<OperationId, Row>>;
