import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import {
  AuditError,
  generateSigningKey,
  makeStatement,
  readPublicKey,
  readSigningKey,
} from '../src/index.js';
import { isSignedBy } from '../src/statement.js';

const CONTENT = {
  statement: 'checkpoint',
  tenant: '',
  sequence: 7,
  hash: 'ab'.repeat(32),
  at: '2030-01-01T00:00:00.000Z',
} as const;

describe('the signing key of the audit', () => {
  const pem = generateSigningKey();
  const key = readSigningKey(pem);

  it('signs statements that its public key verifies', () => {
    const statement = makeStatement(CONTENT, key);
    const reader = readPublicKey(key.publicKeyPem);
    expect(statement).to.include({ key_id: reader.keyId, version: 1 });
    expect(isSignedBy(statement, reader)).to.equal(true);
    for (const change of [
      { sequence: 8 },
      { statement: 'head' },
      { tenant: 'x' },
      { hash: 'cd'.repeat(32) },
    ]) {
      expect(isSignedBy({ ...statement, ...(change as object) }, reader)).to.equal(false);
    }
    expect(isSignedBy(statement, readPublicKey(readSigningKey(generateSigningKey()).publicKeyPem))).to.equal(
      false,
    );
  });

  it('takes no other spelling of a signature', () => {
    const statement = makeStatement(CONTENT, key);
    const last = statement.signature.at(-1) ?? '';
    const spelling = { A: 'B', Q: 'R', g: 'h', w: 'x' }[last] ?? '';
    for (const signature of ['', `${statement.signature}=`, statement.signature.slice(0, -1) + spelling]) {
      expect(isSignedBy({ ...statement, signature }, key), signature).to.equal(false);
    }
  });

  it('makes an unsigned statement where there is no key', () => {
    expect(makeStatement(CONTENT)).to.include({ key_id: '', signature: '' });
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const notPrivate = [
    '',
    'x',
    key.publicKeyPem,
    String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })),
  ];
  const notPublic = ['', 'x', pem, String(rsa.publicKey.export({ type: 'spki', format: 'pem' }))];
  it('refuses what is no such key, and does not repeat it', () => {
    const tried = [
      ...notPrivate.map((text) => [readSigningKey, text] as const),
      ...notPublic.map((text) => [readPublicKey, text] as const),
    ];
    for (const [read, text] of tried) {
      try {
        read(text);
        expect.fail(`took ${text}`);
      } catch (error) {
        expect(error).to.be.instanceOf(AuditError).with.property('code', 'invalid_key');
        if (text.length > 10) expect(String(error)).not.to.contain(text.slice(30, 60));
      }
    }
  });
});
