import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { traceCredentials } from '../src/presented-credential.js';
import { mintApiKey } from '../src/stored-keys/api-key-text.js';

const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

describe('traceCredentials', () => {
  const { key, prefix } = mintApiKey();
  const ofKey = { kind: 'api_key', fingerprint: fingerprint(key), keyPrefix: prefix };

  it('names what is looked at, in its order', () => {
    expect(traceCredentials({ 'x-api-key': key, 'x-admin-api-key': 'other' })).to.deep.equal([
      { kind: 'api_key', fingerprint: fingerprint('other') },
      ofKey,
    ]);
    expect(traceCredentials({ authorization: 'Bearer a.b.c', 'x-api-key': key })).to.deep.equal([
      { kind: 'bearer', fingerprint: fingerprint('a.b.c') },
    ]);
    expect(traceCredentials({ authorization: `Bearer ${key}` })).to.deep.equal([ofKey]);
    expect(traceCredentials({ authorization: 'Basic YTpi' })).to.deep.equal([]);
  });

  it('says nothing of the credential', () => {
    expect(JSON.stringify(traceCredentials({ 'x-api-key': key }))).not.to.include(key.slice(17));
  });
});
