import { expect } from 'chai';
import * as audit from '../src/index.js';

describe('@stacyvm/audit', () => {
  it('exports exactly its public values', () => {
    expect(Object.keys(audit).sort()).to.deep.equal([
      'AUDIT_CATEGORIES',
      'AUDIT_OUTCOMES',
      'AUDIT_PHASES',
      'AuditError',
      'EMPTY_CHAIN',
      'GENESIS_HASH',
      'STATEMENT_KINDS',
      'canonicalJson',
      'chainRecord',
      'createExportVerifier',
      'exportLine',
      'generateSigningKey',
      'isStatement',
      'makeStatement',
      'parseExportLine',
      'readPublicKey',
      'readSigningKey',
      'recordHash',
      'verifyExport',
      'verifySink',
    ]);
  });
});
