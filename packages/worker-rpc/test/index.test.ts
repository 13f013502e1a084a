import { expect } from 'chai';
import * as workerRpc from '../src/index.js';

describe('@stacyvm/worker-rpc', () => {
  it('exports what it promises and nothing else', () => {
    expect(Object.keys(workerRpc).sort()).to.deep.equal([
      'ControlPlaneError',
      'CredentialError',
      'DEFAULT_RPC_TIMEOUTS',
      'RPC_METHODS',
      'RPC_SERVER_TIMEOUTS',
      'RpcMethodError',
      'WorkerEndpointError',
      'WorkerRpcError',
      'createControlPlaneClient',
      'createJoinToken',
      'createLeaseFence',
      'createReplayGuard',
      'createRevocationList',
      'createRpcClient',
      'createRpcRequestListener',
      'createRpcServer',
      'createWorkerAuthenticator',
      'createWorkerEndpoint',
      'enrolWorker',
      'fileCredentialSource',
      'isJoinToken',
      'issuerCredentialSource',
      'joinTokenHash',
      'keyCredentialSource',
      'staticCredentialSource',
    ]);
  });
});
