import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { certificateThumbprint, deriveWorkerKey, inspectWorkerToken, mintWorkerToken } from '@stacyvm/token';
import {
  createCertificates,
  type IssuedCertificate,
  type TestAuthority,
  type TestCertificates,
} from '@stacyvm/worker-rpc/testing';
import { expect } from 'chai';
import type { Json } from '../api-calls.js';
import { type Fixture, type Flags, startFixture } from '../control-plane-fixture.js';
import { credential, send, WORKER } from '../worker-calls.js';

const HEARTBEAT = { hostname: 'h', status: 'online', providers: [], capabilities: [], capacity: {} };
const ONCE = new Agent({ keepAlive: false });
const STATIC = 'static-token-of-the-worker-0123456789';

interface Answer {
  readonly status: number | undefined;
  readonly body: Json;
}

describe('a worker token that is bound to a client certificate', () => {
  let certificates: TestCertificates;
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let own: IssuedCertificate;
  let other: IssuedCertificate;
  let foreign: IssuedCertificate;
  let fixture: Fixture;
  let caFile: string;

  before(async () => {
    certificates = await createCertificates();
    authority = await certificates.authority('root');
    stranger = await certificates.authority('stranger');
    caFile = join(certificates.directory, 'client-ca.pem');
    writeFileSync(caFile, authority.cert);
    own = await authority.issue({ names: [`DNS:${WORKER}`], usage: 'clientAuth' });
    other = await authority.issue({ names: ['DNS:worker-2'], usage: 'clientAuth' });
    foreign = await stranger.issue({ names: [`DNS:${WORKER}`], usage: 'clientAuth' });
    fixture = await startFixture(await withTls({ 'auth.worker_tokens': { 'worker-s': STATIC } }));
  });
  after(async () => {
    await fixture?.dispose();
    await certificates.remove();
  });

  async function withTls(flags: Flags = {}): Promise<Flags> {
    const { certFile, keyFile } = await authority.issue({ names: ['IP:127.0.0.1'], usage: 'serverAuth' });
    return {
      'server.tls.enabled': true,
      'server.tls.cert_file': certFile,
      'server.tls.key_file': keyFile,
      'server.tls.client_ca_file': caFile,
      ...flags,
    };
  }

  const thumbprintOf = ({ cert }: IssuedCertificate): string =>
    certificateThumbprint(new X509Certificate(cert).raw);

  const boundTo = (certificate: IssuedCertificate | undefined, workerId = WORKER): string =>
    mintWorkerToken({
      key: deriveWorkerKey(fixture.signingKey, workerId),
      workerId,
      audience: 'worker:control-plane',
      ttlSeconds: 60,
      certificateThumbprint: certificate && thumbprintOf(certificate),
    }).token;

  /** A request of a worker over a connection that is made with a certificate, or without. */
  async function over(
    certificate: IssuedCertificate | undefined,
    headers: Readonly<Record<string, string>>,
    { path = `${WORKER}/heartbeat`, body = HEARTBEAT as unknown, agent = ONCE } = {},
  ): Promise<Answer> {
    return post(`worker/${path}`, { certificate, headers, body, agent });
  }

  async function post(
    path: string,
    {
      certificate,
      headers,
      body,
      agent = ONCE,
    }: {
      readonly certificate?: IssuedCertificate | undefined;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: unknown;
      readonly agent?: Agent;
    },
  ): Promise<Answer> {
    const { cert, key } = certificate ?? {};
    const outgoing = request(`${fixture.url}/api/v1/${path}`, {
      method: 'POST',
      agent,
      ca: authority.cert,
      headers: { 'content-type': 'application/json', ...headers },
      ...(cert === undefined ? {} : { cert, key }),
    });
    outgoing.end(JSON.stringify(body));
    const [response] = await once(outgoing, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode, body: JSON.parse(text) };
  }
  const asAdmin = (path: string, body: unknown): Promise<Answer> =>
    post(path, { headers: { 'x-api-key': fixture.adminKey }, body });
  const refusalOf = ({ status, body }: Answer): string => `${status} ${body['reason']}`;

  it('passes over a connection that was made with the certificate, at every operation', async () => {
    const headers = credential(boundTo(own));
    expect((await over(own, headers)).status).to.equal(200);
    expect((await over(own, headers, { path: `${WORKER}/token`, body: {} })).status).to.equal(200);
    const renewed = await over(own, headers, { path: `${WORKER}/leases/sb-1/renew`, body: { ttl: '1m' } });
    expect(refusalOf(renewed)).to.equal('409 lease_conflict');
  });

  const mismatch = '401 token_certificate_mismatch';
  for (const [path, body] of [
    [`${WORKER}/heartbeat`, HEARTBEAT],
    [`${WORKER}/token`, {}],
    [`${WORKER}/leases/sb-1/renew`, { ttl: '1m' }],
  ] as const) {
    it(`is refused at ${path} over another certificate, over one that nobody vouches for, and over none`, async () => {
      const headers = credential(boundTo(own));
      for (const certificate of [other, foreign, undefined]) {
        expect(refusalOf(await over(certificate, headers, { path, body }))).to.equal(mismatch);
      }
      const bound = credential(boundTo(foreign));
      expect(refusalOf(await over(foreign, bound, { path, body })), 'its own, and untrusted').to.equal(
        mismatch,
      );
    });
  }

  it('is refused whatever a header says of the certificate', async () => {
    const { cert } = own;
    const claims = {
      'x-client-cert': encodeURIComponent(cert),
      'x-forwarded-client-cert': `Hash=${new X509Certificate(cert).fingerprint256.replaceAll(':', '')}`,
      'ssl-client-cert': encodeURIComponent(cert),
      'client-cert': `:${new X509Certificate(cert).raw.toString('base64')}:`,
      'x-certificate-thumbprint': thumbprintOf(own),
    };
    expect(refusalOf(await over(undefined, { ...credential(boundTo(own)), ...claims }))).to.equal(mismatch);
  });

  it('leaves tokens that are bound to nothing, and static ones, as they were', async () => {
    for (const certificate of [own, other, foreign, undefined]) {
      expect((await over(certificate, credential(boundTo(undefined)))).status).to.equal(200);
      const path = 'worker-s/heartbeat';
      expect((await over(certificate, credential(STATIC, 'worker-s'), { path })).status).to.equal(200);
    }
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`is refused on a session of the owner that is taken up without the certificate (${version})`, async () => {
      const { hostname: host, port } = new URL(fixture.url);
      const connect = async (more: object): Promise<TLSSocket> => {
        const socket = connectTls({
          ...{ host, port: Number(port), ca: authority.cert, minVersion: version, maxVersion: version },
          ...more,
        });
        await once(socket, 'secureConnect');
        return socket;
      };
      const say = async (socket: TLSSocket): Promise<string> => {
        const body = JSON.stringify(HEARTBEAT);
        socket.write(
          `POST /api/v1/worker/${WORKER}/heartbeat HTTP/1.1\r\nHost: h\r\nX-Worker-ID: ${WORKER}\r\nX-Worker-Token: ${boundTo(own)}\r\n` +
            `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        );
        let answer = '';
        for await (const chunk of socket) answer += chunk;
        return answer;
      };
      const owner = await connect({ cert: own.cert, key: own.key });
      const sessions: Buffer[] = [];
      owner.on('session', (session: Buffer) => sessions.push(session));
      const first = owner.getSession();
      expect(await say(owner)).to.match(/^HTTP\/1\.1 200 /);
      for (const session of [first, owner.getSession(), ...sessions].filter((each) => each !== undefined)) {
        const thief = await connect({ session });
        expect(await say(thief))
          .to.match(/^HTTP\/1\.1 401 /)
          .and.include('token_certificate_mismatch');
      }
    });
  }

  it('is refused on a kept connection whose authority was taken away meanwhile', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = credential(boundTo(own));
    try {
      expect((await over(own, headers, { agent })).status).to.equal(200);
      writeFileSync(caFile, stranger.cert);
      fixture.reload({});
      expect(refusalOf(await over(own, headers, { agent }))).to.equal(mismatch);
    } finally {
      writeFileSync(caFile, authority.cert);
      fixture.reload({});
      agent.destroy();
    }
    expect((await over(own, headers)).status).to.equal(200);
  });

  it('is refused by a control plane that is spoken to in clear', async () => {
    const plain = await startFixture();
    try {
      const token = mintWorkerToken({
        ...{ key: deriveWorkerKey(plain.signingKey, WORKER), workerId: WORKER, ttlSeconds: 60 },
        ...{ audience: 'worker:control-plane' as const, certificateThumbprint: thumbprintOf(own) },
      }).token;
      const answer = await send(plain, { headers: credential(token), body: HEARTBEAT });
      expect(refusalOf(answer)).to.equal(mismatch);
    } finally {
      await plain.dispose();
    }
  });

  it('counts in the metrics by its reason', async () => {
    await over(other, credential(boundTo(own)));
    const outgoing = request(`${fixture.url}/api/v1/metrics/prometheus`, {
      ...{ ca: authority.cert, agent: false, headers: { 'x-api-key': fixture.adminKey } },
    }).end();
    const [response] = await once(outgoing, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    expect(text)
      .to.match(/^stacyvm_worker_authentications_total\{.*reason="token_certificate_mismatch".*\} [1-9]/m)
      .and.match(/^stacyvm_worker_request_refusals_total\{.*reason="token_certificate_mismatch".*\} [1-9]/m);
  });

  describe('when it is issued', () => {
    const issue = async (certificate: IssuedCertificate | undefined) =>
      (await over(certificate, credential(boundTo(undefined)), { path: `${WORKER}/token`, body: {} })).body;
    const bindingOf = (body: Json) => inspectWorkerToken(String(body['token'])).certificateThumbprint;

    it('is bound to the certificate that the worker asks with, which the audit tells', async () => {
      const issued = await issue(own);
      expect(bindingOf(issued)).to.equal(thumbprintOf(own));
      const { items } = await fixture.store.audit.list({ action: 'worker_token.issue' });
      expect(items[0]?.detail).to.include({ certificate_thumbprint: thumbprintOf(own) });
    });

    it('is bound to nothing without one, with one that nobody vouches for, or by the setting off', async () => {
      expect(bindingOf(await issue(undefined))).to.equal(undefined);
      expect(bindingOf(await issue(foreign))).to.equal(undefined);
      fixture.reload({ 'auth.worker_token_binding': 'off' });
      expect(bindingOf(await issue(own))).to.equal(undefined);
      fixture.reload({});
    });
  });

  describe('when tokens must be bound', () => {
    const required = '401 token_certificate_required';
    before(() => fixture.reload({ 'auth.worker_token_binding': 'required' }));
    after(() => fixture.reload({}));

    it('passes over its certificate alone', async () => {
      expect((await over(own, credential(boundTo(own)))).status).to.equal(200);
      expect(refusalOf(await over(other, credential(boundTo(own))))).to.equal(mismatch);
      expect(refusalOf(await over(undefined, credential(boundTo(own))))).to.equal(required);
    });

    it('is the only kind of signed token', async () => {
      expect(refusalOf(await over(own, credential(boundTo(undefined))))).to.equal(required);
      expect(refusalOf(await over(undefined, credential(boundTo(undefined))))).to.equal(required);
      const path = 'worker-s/heartbeat';
      expect((await over(undefined, credential(STATIC, 'worker-s'), { path })).status).to.equal(200);
    });

    it('lets nobody enrol without a certificate, and does not spend the join token', async () => {
      const created = await asAdmin('admin/join-tokens', { worker_id: 'worker-new' });
      const headers = { 'X-Join-Token': String(created.body['token']) };
      const enrol = (certificate: IssuedCertificate | undefined) =>
        over(certificate, headers, { path: 'worker-new/enrol', body: {} });
      expect(refusalOf(await enrol(undefined))).to.equal('401 certificate_required');
      expect(refusalOf(await enrol(foreign))).to.equal('401 certificate_required');
      expect((await enrol(own)).status).to.equal(200);
    });

    it('is issued to administrators for a certificate that they name alone', async () => {
      expect(refusalOf(await asAdmin('admin/worker-tokens', { worker_id: WORKER }))).to.equal(
        '400 certificate_required',
      );
      const thumbprint = thumbprintOf(own);
      const request = { worker_id: WORKER, certificate_thumbprint: thumbprint };
      const { status, body } = await asAdmin('admin/worker-tokens', request);
      expect(status).to.equal(200);
      expect(body['certificate_thumbprint']).to.equal(thumbprint);
      const headers = credential(String(body['token']));
      expect((await over(own, headers)).status).to.equal(200);
      expect(refusalOf(await over(other, headers))).to.equal(mismatch);
      const hex = {
        ...request,
        certificate_thumbprint: new X509Certificate(own.cert).fingerprint256.slice(0, 60),
      };
      expect(refusalOf(await asAdmin('admin/worker-tokens', hex))).to.equal('400 thumbprint_invalid');
    });
  });
});
