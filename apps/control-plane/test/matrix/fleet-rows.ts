import type { OperationId } from '@stacyvm/api';
import { type AsAdmin, newName, type Row } from './row.js';

const ofWorker = { needs: 'admin:*', id: 'worker' } as const;
const ofPlatform = { needs: 'admin:*' } as const;

/** What a POST has made, by its id. */
const newId = async (asAdmin: AsAdmin, path: string, body: unknown): Promise<string> =>
  String((await asAdmin(path, { body })).body['id']);

const rule = () => ({
  resource_type: 'image',
  effect: 'deny',
  pattern: `${newName('nowhere')}.example/*`,
});
const workerRevocation = () => ({ token_id: newName('token'), reason: 'a test' });
const bearerRevocation = () => ({ token_id: newName('token'), reason: 'a test' });
const joinToken = () => ({ worker_id: newName('worker') });
const platformKey = () => ({ name: newName('key'), role: 'viewer' });
const heartbeat = () => ({
  hostname: 'here',
  status: 'online',
  providers: ['mock'],
  capabilities: [],
  capacity: { max_sandboxes: 0 },
});

/** Workers, their identity, and what concerns the platform as a whole. */
export const fleetRows = {
  listWorkers: { needs: 'read:*', platformOnly: true },
  getWorker: { needs: 'read:*', platformOnly: true, id: 'worker' },
  listAdminWorkers: ofPlatform,
  getAdminWorker: ofWorker,
  removeWorker: {
    ...ofWorker,
    query: '?force=true',
    fresh: async (_asAdmin, _objects, newWorker) => ({ worker: await newWorker() }),
  },
  cordonWorker: ofWorker,
  uncordonWorker: ofWorker,
  drainWorker: { ...ofWorker, body: () => ({ deadline: '10m' }) },
  undrainWorker: ofWorker,
  issueWorkerToken: { ...ofPlatform, body: ({ worker }) => ({ worker_id: worker }) },
  listWorkerTokenIssuances: ofPlatform,
  revokeWorkerCredentials: { ...ofPlatform, status: 201, body: workerRevocation },
  listWorkerRevocations: ofPlatform,
  removeWorkerRevocation: {
    ...ofPlatform,
    id: 'workerRevocation',
    fresh: async (asAdmin) => ({
      workerRevocation: await newId(asAdmin, '/admin/worker-revocations', workerRevocation()),
    }),
  },
  createJoinToken: { ...ofPlatform, status: 201, body: joinToken },
  listJoinTokens: ofPlatform,
  deleteJoinToken: {
    ...ofPlatform,
    id: 'joinToken',
    fresh: async (asAdmin) => ({ joinToken: await newId(asAdmin, '/admin/join-tokens', joinToken()) }),
  },
  listWorkerCredentials: ofPlatform,
  getWorkerKeys: ofPlatform,
  workerHeartbeat: { needs: 'worker:heartbeat', id: 'worker', body: heartbeat },
  issueOwnWorkerToken: { needs: 'worker:heartbeat', id: 'worker', body: () => ({}) },
  renewWorkerLease: { needs: 'worker:lease', id: 'worker', body: () => ({ ttl: '1m' }) },
  enrolWorker: { needs: 'worker:enrol', id: 'worker', body: () => ({ hostname: 'here' }) },
  createPolicy: { ...ofPlatform, status: 201, body: rule },
  listPolicies: ofPlatform,
  evaluatePolicies: { ...ofPlatform, body: () => ({ image: 'alpine' }) },
  getPolicy: { ...ofPlatform, id: 'policy' },
  updatePolicy: { ...ofPlatform, id: 'policy', body: () => ({ description: newName('told') }) },
  deletePolicy: {
    ...ofPlatform,
    id: 'policy',
    fresh: async (asAdmin) => ({ policy: await newId(asAdmin, '/admin/policies', rule()) }),
  },
  createPlatformApiKey: { ...ofPlatform, status: 201, body: platformKey },
  listPlatformApiKeys: ofPlatform,
  revokePlatformApiKey: {
    ...ofPlatform,
    id: 'platformKey',
    fresh: async (asAdmin) => ({ platformKey: await newId(asAdmin, '/admin/api-keys', platformKey()) }),
  },
  revokeBearerTokens: { ...ofPlatform, status: 201, body: bearerRevocation },
  listBearerRevocations: ofPlatform,
  removeBearerRevocation: {
    ...ofPlatform,
    id: 'bearerRevocation',
    fresh: async (asAdmin) => ({
      bearerRevocation: await newId(asAdmin, '/admin/auth/revocations', bearerRevocation()),
    }),
  },
  backChannelLogout: {
    needs: 'public',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: ({ logoutToken }) => `logout_token=${logoutToken}`,
  },
  explainCredential: { ...ofPlatform, body: () => ({ api_key: 'of-nobody' }) },
  listAudit: ofPlatform,
  listAuditChains: ofPlatform,
  exportAuditChain: ofPlatform,
  getAuditKey: ofPlatform,
  getHealth: { needs: 'public' },
  getLive: { needs: 'public' },
  getReady: { needs: 'public' },
  getDiagnostics: { needs: 'operator:*', platformOnly: true },
  getAdminDiagnostics: ofPlatform,
  getPrometheusMetrics: ofPlatform,
} as const satisfies Partial<Record<OperationId, Row>>;
