import { expect } from 'chai';
import * as store from '../src/index.js';
import * as inspection from '../src/inspection.js';
import * as testing from '../src/testing.js';

describe('@stacyvm/store', () => {
  it('exports exactly its public values', () => {
    expect(Object.keys(store).sort()).to.deep.equal([
      'API_KEY_ROLES',
      'DEFAULT_LIST_LIMIT',
      'DEFAULT_PRUNE_LIMIT',
      'EXEC_OUTCOMES',
      'FIRST_EVENT',
      'LIVE_SANDBOX_STATES',
      'MAX_AUDIT_DETAIL_BYTES',
      'MAX_LEASE_TTL_MS',
      'MAX_LIST_LIMIT',
      'MAX_LOGGED_COMMAND_LENGTH',
      'MAX_MEMBERSHIPS_OF_USER',
      'MAX_POLICIES',
      'MAX_POLICY_PRIORITY',
      'MAX_PRUNE_LIMIT',
      'MAX_QUOTA_EXEC_TIMEOUT_SECONDS',
      'MAX_QUOTA_TTL_SECONDS',
      'MEMBER_ROLES',
      'MIN_POLICY_PRIORITY',
      'PRINCIPAL_REVOCATIONS_CHANNEL',
      'PRINCIPAL_REVOCATION_KINDS',
      'REVOCATIONS_CHANNEL',
      'REVOCATION_KINDS',
      'SANDBOX_EVENTS_CHANNEL',
      'SANDBOX_STATES',
      'StoreError',
      'TENANTS_CHANNEL',
      'WORKERS_CHANNEL',
      'auditRecordOf',
      'isTenantId',
      'openStore',
      'policyCursor',
      'policyPosition',
    ]);
  });

  it('exports exactly its inspection under ./inspection', () => {
    expect(Object.keys(inspection).sort()).to.deep.equal([
      'inspectDatabase',
      'inspectDatabaseDirectory',
      'inspectPolicies',
    ]);
  });

  it('exports exactly its helpers for tests under ./testing', () => {
    expect(Object.keys(testing).sort()).to.deep.equal([
      'createMigratedDatabase',
      'createTestDatabase',
      'startEmbeddedPostgres',
      'stopTestCluster',
      'testCluster',
    ]);
  });
});
