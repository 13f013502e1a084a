import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import {
  DocumentError,
  type FetchDocumentOptions,
  MAX_DOCUMENT_BYTES,
} from '../../src/oidc/fetch-document.js';
import { discoveryUrl, type KeyLocation, loadKeys } from '../../src/oidc/load-keys.js';
import { keys } from '../signing-fixture.js';
import { type Answer, type DocumentServer, json, startDocumentServer } from './document-server.js';

const BOMB = gzipSync(Buffer.alloc(20_000_000, ' '));

describe('loadKeys', () => {
  let server: DocumentServer;
  const load = (location?: KeyLocation, changes: Partial<FetchDocumentOptions> = {}) =>
    loadKeys(location ?? { kind: 'discovery', issuer: server.issuer }, {
      fetch,
      timeoutMs: 10_000,
      signal: new AbortController().signal,
      ...changes,
    });
  const keysUrl = (): KeyLocation => ({ kind: 'jwks', url: new URL(`${server.issuer}/keys`) });

  beforeEach(async () => {
    server = await startDocumentServer();
  });
  afterEach(() => server.close());

  async function failureOf(loading: Promise<unknown>): Promise<string> {
    const error = await loading.then(
      () => expect.fail('the keys were loaded'),
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(DocumentError);
    return (error as DocumentError).message;
  }

  it('finds the keys by the discovery document', async () => {
    const set = await load();
    expect(set.keys.map(({ keyId }) => keyId)).to.deep.equal(['first']);
    expect(server.requests).to.deep.equal(['/.well-known/openid-configuration', '/keys']);
  });

  it('skips discovery when the URL of the keys is known', async () => {
    await load(keysUrl());
    expect(server.requests).to.deep.equal(['/keys']);
  });

  it('reads a compressed document', async () => {
    server.keys = (_request, response) =>
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(JSON.stringify({ keys: [keys.rsa.jwk] })));
    expect((await load(keysUrl())).keys).to.have.length(1);
  });

  it('reads a document just below the size limit', async () => {
    const filler = 'x'.repeat(MAX_DOCUMENT_BYTES - 1000);
    server.keys = json({ keys: [keys.p256.jwk], filler });
    expect((await load(keysUrl())).keys).to.have.length(1);
  });

  const refusedKeys: ReadonlyArray<readonly [string, Answer, RegExp]> = [
    ['status 404', json({ keys: [keys.rsa.jwk] }, 404), /status 404/],
    ['status 503 with keys', json({ keys: [keys.rsa.jwk] }, 503), /status 503/],
    ['status 201', json({ keys: [keys.rsa.jwk] }, 201), /status 201/],
    [
      'a redirect to the keys',
      (_request, response) => response.writeHead(302, { location: '/keys' }).end(),
      /redirect/,
    ],
    [
      'a body over the limit, by its length',
      (_request, response) => response.end(Buffer.alloc(MAX_DOCUMENT_BYTES + 1, ' ')),
      /larger than/,
    ],
    [
      'a body over the limit, in chunks without an end',
      (_request, response) => {
        const chunk = Buffer.alloc(64 * 1024, ' ');
        const write = () => {
          while (response.writable && response.write(chunk));
        };
        response.on('drain', write);
        write();
      },
      /larger than/,
    ],
    [
      'a small body that decompresses over the limit',
      (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB),
      /larger than/,
    ],
    ['a connection that breaks', (request) => request.socket.destroy(), /cannot be reached/],
    ['a page instead of JSON', (_request, response) => response.end('<html>'), /no JSON/],
    ['a list', json([]), /no JSON object/],
    ['a duplicate member', (_request, response) => response.end('{"keys":[],"keys":[]}'), /twice/],
    ['no keys', json({}), /no list/],
    ['only keys that cannot be used', json({ keys: [{ kty: 'oct', k: 'AA' }] }), /no usable key/],
  ];
  for (const [name, answer, message] of refusedKeys) {
    it(`refuses ${name}`, async () => {
      server.keys = answer;
      expect(await failureOf(load(keysUrl()))).to.match(message);
    });
  }

  const slow: ReadonlyArray<readonly [string, Answer]> = [
    ['no answer at all', () => {}],
    ['an answer that does not end', (_request, response) => void response.write('{"keys":[')],
  ];
  for (const [name, answer] of slow) {
    it(`waits no longer than it may for ${name}`, async () => {
      server.keys = answer;
      const message = await failureOf(load(keysUrl(), { timeoutMs: 150 }));
      expect(message).to.include('no complete answer within 150 ms');
    });
  }

  const refusedDiscovery: ReadonlyArray<readonly [string, (issuer: string) => object, RegExp]> = [
    ['another issuer', (issuer) => ({ issuer: `${issuer}/`, jwks_uri: `${issuer}/keys` }), /"issuer" is not/],
    ['no issuer', (issuer) => ({ jwks_uri: `${issuer}/keys` }), /"issuer" is not/],
    ['no place of the keys', (issuer) => ({ issuer }), /has no "jwks_uri"/],
    ['a place that is no text', (issuer) => ({ issuer, jwks_uri: 1 }), /has no "jwks_uri"/],
    ['a place that is no URL', (issuer) => ({ issuer, jwks_uri: '/keys' }), /is no URL/],
    ['plain http elsewhere', (issuer) => ({ issuer, jwks_uri: 'http://192.0.2.1/keys' }), /must be https/],
    ['a file', (issuer) => ({ issuer, jwks_uri: 'file:///etc/passwd' }), /must be https/],
    ['data in place of a place', (issuer) => ({ issuer, jwks_uri: 'data:,{}' }), /must be https/],
  ];
  for (const [name, document, message] of refusedDiscovery) {
    it(`refuses a discovery document with ${name}`, async () => {
      server.discovery = json(document(server.issuer));
      expect(await failureOf(load())).to.match(message);
      expect(server.requests).to.have.length(1);
    });
  }

  it('lets a provider elsewhere point at no service of this machine', async () => {
    // A public provider by https cannot be had in a test, so its one answer is given by hand.
    const issuer = 'https://idp.example';
    const fetch = async () => Response.json({ issuer, jwks_uri: `${server.issuer}/keys` });
    expect(await failureOf(load({ kind: 'discovery', issuer }, { fetch }))).to.match(/loopback/);
    expect(server.requests).to.have.length(0);
  });

  it('says why a provider cannot be reached, without the query of its URL', async () => {
    const url = new URL(`${server.issuer}/keys?secret=hunter2`);
    await server.close();
    const message = await failureOf(load({ kind: 'jwks', url }));
    expect(message).to.equal(`${server.issuer}/keys: it cannot be reached (ECONNREFUSED)`);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    server.keys = () => stop.abort();
    expect(await failureOf(load(keysUrl(), { signal: stop.signal }))).to.match(/stopped/);
    expect(await failureOf(load(keysUrl(), { signal: stop.signal }))).to.match(/stopped/);
    expect(server.requests).to.have.length(1);
  });
});

describe('discoveryUrl', () => {
  const expected = [
    ['https://idp.example', 'https://idp.example/.well-known/openid-configuration'],
    ['https://idp.example/', 'https://idp.example/.well-known/openid-configuration'],
    ['https://idp.example/realms/a', 'https://idp.example/realms/a/.well-known/openid-configuration'],
  ] as const;
  for (const [issuer, url] of expected) {
    it(`of ${issuer}`, () => {
      expect(discoveryUrl(issuer).href).to.equal(url);
    });
  }
});
