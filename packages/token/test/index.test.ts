import { expect } from 'chai';
import * as token from '../src/index.js';

describe('@stacyvm/token', () => {
  it('exports exactly its public face', () => {
    expect(Object.keys(token).sort()).to.deep.equal([
      'CLOCK_SKEW_SECONDS',
      'DEFAULT_WORKER_SCOPES',
      'MAX_TOKEN_LIFETIME_SECONDS',
      'TOKEN_PREFIX',
      'WORKER_AUDIENCES',
      'WORKER_SCOPES',
      'WORKER_TOKEN_ERROR_CODES',
      'WorkerTokenError',
      'certificateThumbprint',
      'createKeyring',
      'createWorkerTokenVerifier',
      'deriveWorkerKey',
      'inspectWorkerToken',
      'isCertificateThumbprint',
      'isTokenId',
      'isWorkerAudience',
      'isWorkerId',
      'isWorkerScope',
      'keyFingerprint',
      'mintWorkerToken',
      'verifyWorkerToken',
    ]);
  });
});
