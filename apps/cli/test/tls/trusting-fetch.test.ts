import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { controlPlaneHolder } from '../../src/tls/holders.js';
import { initDirectory } from '../../src/tls/init-directory.js';
import { createTrustingFetch } from '../../src/tls/trusting-fetch.js';
import { type SecureServer, serveSecurely } from './secure-server.js';

describe('createTrustingFetch', () => {
  let directory: string;
  let server: SecureServer;
  let fetch: typeof globalThis.fetch;
  let listener: RequestListener = () => undefined;
  const url = (path = '/'): string => `https://localhost:${server.port}${path}`;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'trusting-fetch-'));
    const holders = [controlPlaneHolder([])];
    await initDirectory({ directory, holders, days: 1, replace: false, now: new Date() });
    fetch = createTrustingFetch(readFileSync(join(directory, 'ca.crt'), 'utf8'));
    server = await serveSecurely(join(directory, 'control-plane'), (request, response) =>
      listener(request, response),
    );
  });

  after(async () => {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('carries method, headers and body there, and status, headers and body back', async () => {
    listener = async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      response.setHeader('x-next-cursor', 'c');
      response.statusCode = 418;
      response.end(`${request.method} ${request.url} ${request.headers['x-api-key']} ${body}`);
    };
    const request = new Request(url('/a?b=c'), { method: 'PUT', headers: { 'X-API-Key': 'k' }, body: 'b' });
    const response = await fetch(request);
    expect([response.status, response.headers.get('x-next-cursor')]).to.deep.equal([418, 'c']);
    expect(await response.text()).to.equal('PUT /a?b=c k b');
  });

  it('hands out the body while it comes, and ends with the signal', async () => {
    listener = (_request, response) => void response.write('first');
    const controller = new AbortController();
    const { body } = await fetch(url(), { signal: controller.signal });
    const reader = body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).to.equal('first');
    controller.abort();
    const failure = await reader.read().catch((error: Error) => error.name);
    expect(failure).to.equal('AbortError');
  });

  it('ends with the signal before there is an answer', async () => {
    const controller = new AbortController();
    listener = () => controller.abort();
    const failure = await fetch(url(), { signal: controller.signal }).catch((error: Error) => error.name);
    expect(failure).to.equal('AbortError');
  });

  it('gives an answer without a body where its status has none', async () => {
    listener = (_request, response) => void response.writeHead(204).end();
    const response = await fetch(url(), { method: 'DELETE' });
    expect([response.status, response.body]).to.deep.equal([204, null]);
  });

  it('follows no redirect', async () => {
    listener = (_request, response) =>
      void response.writeHead(307, { location: 'https://elsewhere.test/' }).end();
    expect((await fetch(url())).status).to.equal(307);
  });

  it('fails as fetch does, with what happened as the cause', async () => {
    const failure = await createTrustingFetch(readFileSync(join(directory, 'control-plane.crt'), 'utf8'))(
      url(),
    ).catch((error: Error) => error);
    expect(failure).to.be.an.instanceof(TypeError);
    expect((failure as Error).cause).to.include({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });
});
