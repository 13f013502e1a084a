import { expect } from 'chai';
import * as workerRpc from '../src/index.js';
import * as testing from '../src/testing.js';

describe('@stacyvm/worker-rpc', () => {
  it('exports what it promises and nothing else', () => {
    expect(Object.keys(workerRpc).sort()).to.deep.equal([
      'ControlPlaneError',
      'CredentialError',
      'DEFAULT_RPC_TIMEOUTS',
      'HANDSHAKE_TIMEOUT_MS',
      'RPC_METHODS',
      'RPC_SERVER_TIMEOUTS',
      'RpcMethodError',
      'TlsMaterialError',
      'WorkerEndpointError',
      'WorkerRpcError',
      'createCallSlots',
      'createClientThumbprints',
      'createControlPlaneClient',
      'createJoinToken',
      'createLeaseFence',
      'createReplayGuard',
      'createRevocationList',
      'createRpcClient',
      'createRpcRequestListener',
      'createRpcServer',
      'createRpcUrlPolicy',
      'createSecureRpcServer',
      'createTokenBinding',
      'createWorkerAuthenticator',
      'createWorkerEndpoint',
      'enrolWorker',
      'fileCredentialSource',
      'holdTlsCredentials',
      'isFileErrorReason',
      'isJoinToken',
      'issuerCredentialSource',
      'joinTokenHash',
      'keyCredentialSource',
      'limitConnections',
      'namesWorker',
      'openTlsCredentials',
      'parseSubjectNames',
      'serverTlsOptions',
      'staticCredentialSource',
      'tlsFailureOf',
      'watchCertificateExpiry',
      'watchHandshakes',
    ]);
  });

  it('exports exactly its helper for tests under ./testing', () => {
    expect(Object.keys(testing).sort()).to.deep.equal(['DAY_MS', 'createCertificates']);
  });
});
