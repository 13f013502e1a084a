import type { RequestListener } from 'node:http';
import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import {
  createJoinToken,
  createWorkerAuthenticator,
  createWorkerEndpoint,
  type EnrolmentContext,
  type EnrolWorkerOptions,
  enrolWorker,
  type JoinTokenRefusalReason,
  joinTokenHash,
  WorkerEndpointError,
  type WorkerEndpointOptions,
  type WorkerRefusalEvent,
} from '../src/index.js';
import { eventually, failureOf, MASTER_KEY, post, serve, type TestServer, WORKER } from './worker-fixture.js';

const KEY = deriveWorkerKey(MASTER_KEY, WORKER);
const ENROLMENT = { key: KEY, keyFingerprint: keyFingerprint(KEY), pool: 'gpu' };

describe('enrolment', () => {
  let server: TestServer;
  let calls: Array<readonly [string, string, Omit<EnrolmentContext, 'signal'>]>;
  let refusals: WorkerRefusalEvent[];
  let logged: string[];
  const { token, hash } = createJoinToken();

  afterEach(() => server.close());

  async function start(options: Partial<WorkerEndpointOptions> = {}): Promise<void> {
    calls = [];
    refusals = [];
    logged = [];
    const log = (message: string, fields?: Record<string, unknown>): void =>
      void logged.push(`${message} ${JSON.stringify(fields)}`);
    const endpoint = createWorkerEndpoint({
      authenticate: createWorkerAuthenticator({}),
      onHeartbeat: () => Promise.reject(new Error('not used')),
      onRenewLease: () => Promise.reject(new Error('not used')),
      onEnrol(workerId, joinToken, { signal: _signal, ...context }) {
        calls.push([workerId, joinToken, context]);
        return Promise.resolve(ENROLMENT);
      },
      onRefusal: (event) => refusals.push(event),
      logger: { debug: log, warn: log, error: log },
      ...options,
    });
    server = await serve((request, response) => void endpoint(request, response));
  }

  async function answering(listener: RequestListener): Promise<void> {
    server = await serve((request, response) => {
      request.resume();
      listener(request, response);
    });
  }

  const urlOf = (workerId: string): string => `${server.url}/api/v1/worker/${workerId}/enrol`;
  const enrol = (options: Partial<EnrolWorkerOptions> = {}) =>
    enrolWorker({ baseUrl: server.url, workerId: WORKER, joinToken: token, ...options });
  const refusing = (reason: JoinTokenRefusalReason) =>
    start({
      onEnrol: () =>
        Promise.reject(new WorkerEndpointError('unauthorized', 'the join token is not good', { reason })),
    });

  describe('gives a worker its key', () => {
    it('for a join token, before it has any other credential', async () => {
      await start();
      expect(await enrol({ joinToken: `${token}\n`, instanceId: 'run-1', hostname: 'node-1' })).to.deep.equal(
        ENROLMENT,
      );
      const [call] = calls;
      expect(call?.slice(0, 2)).to.deep.equal([WORKER, token]);
      expect(joinTokenHash(String(call?.[1]))).to.equal(hash);
      const { requestId, ...context } = call?.[2] ?? {};
      expect(requestId).to.match(/^[0-9a-f-]{36}$/);
      expect(context).to.deep.equal({
        instanceId: 'run-1',
        hostname: 'node-1',
        remoteAddress: '127.0.0.1',
        certificateThumbprint: undefined,
      });
    });

    it('and tells where it was asked from, as whoever knows the proxies says', async () => {
      await start({ addressOf: ({ headers }) => String(headers['x-forwarded-for']) });
      await post(urlOf(WORKER), {}, { 'x-join-token': token, 'x-forwarded-for': '203.0.113.9' });
      expect(calls[0]?.[2]?.remoteAddress).to.equal('203.0.113.9');
    });

    it('in an answer that nobody may keep, with the time', async () => {
      await start({ clock: () => new Date('2026-01-01T00:00:00Z') });
      const answer = await post(urlOf(WORKER), {}, { 'x-join-token': token });
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      expect(answer.json).to.deep.equal({
        worker_id: WORKER,
        key: KEY,
        key_fingerprint: keyFingerprint(KEY),
        pool: 'gpu',
        server_time: '2026-01-01T00:00:00Z',
      });
    });

    it('whose id has capitals and dots', async () => {
      await start();
      await enrol({ workerId: 'Rack-1.Node_2' });
      expect(calls[0]?.[0]).to.equal('Rack-1.Node_2');
    });

    it('tells its signal that the worker has gone away', async () => {
      let signal: AbortSignal | undefined;
      await start({
        onEnrol: (_workerId, _joinToken, context) => {
          signal = context.signal;
          return new Promise(() => undefined);
        },
      });
      const controller = new AbortController();
      const call = failureOf(enrol({ signal: controller.signal }));
      await eventually(() => signal !== undefined);
      controller.abort();
      expect(await call).to.include({ code: 'aborted' });
      await eventually(() => signal?.aborted === true);
    });
  });

  describe('is refused', () => {
    for (const reason of [
      'join_token_unknown',
      'join_token_expired',
      'join_token_used',
      'join_token_other_worker',
    ] as const) {
      it(`with the reason ${reason}`, async () => {
        await refusing(reason);
        expect(await failureOf(enrol())).to.include({
          name: 'ControlPlaneError',
          code: 'unauthorized',
          status: 401,
          reason,
          message: 'control plane: HTTP 401: the join token is not good',
        });
        const answer = await post(urlOf(WORKER), {}, { 'x-join-token': token });
        expect(answer.json).to.include({ code: 'UNAUTHORIZED', reason });
        expect(answer.json).to.have.property('server_time');
        expect(answer.headers.get('cache-control')).to.equal('no-store');
      });
    }

    const big = { hostname: 'x'.repeat(250), padding: 'x'.repeat(4096) };
    const cases: ReadonlyArray<readonly [string, string, Record<string, string>, unknown, number, string]> = [
      ['without a join token', WORKER, {}, {}, 401, 'join_token_missing'],
      ['with something else', WORKER, { 'x-join-token': 'admin-key' }, {}, 401, 'join_token_malformed'],
      [
        'with a worker token in its place',
        WORKER,
        { 'x-worker-token': token },
        {},
        401,
        'join_token_missing',
      ],
      ['for nobody', '', { 'x-join-token': token }, {}, 400, 'worker_id_required'],
      ['for no worker id', 'a%20b', { 'x-join-token': token }, {}, 400, 'worker_id_invalid'],
      ['for a path', '..%2Fadmin', { 'x-join-token': token }, {}, 400, 'worker_id_invalid'],
      ['with a path below', `${WORKER}/x`, { 'x-join-token': token }, {}, 503, 'worker_auth_not_configured'],
      ['with a body over 4 KiB', WORKER, { 'x-join-token': token }, big, 413, 'body_too_large'],
      ['without a body', WORKER, { 'x-join-token': token }, '', 400, 'invalid_body'],
      ['with a list for a body', WORKER, { 'x-join-token': token }, [], 400, 'invalid_body'],
      [
        'with a name that is a number',
        WORKER,
        { 'x-join-token': token },
        { hostname: 7 },
        400,
        'invalid_body',
      ],
    ];
    for (const [rule, workerId, headers, body, status, reason] of cases) {
      it(`${rule}, before its handler is called`, async () => {
        await start();
        const answer = await post(urlOf(workerId), body, headers);
        expect([answer.status, answer.json['reason']]).to.deep.equal([status, reason]);
        expect(calls).to.deep.equal([]);
        expect(refusals.map((event) => event.reason)).to.deep.equal([reason]);
      });
    }

    it('by another method', async () => {
      await start();
      const answer = await fetch(urlOf(WORKER), { headers: { 'x-join-token': token } });
      expect([answer.status, answer.headers.get('allow')]).to.deep.equal([405, 'POST']);
    });

    it('where nobody is enrolled, with 404', async () => {
      await start({ onEnrol: undefined });
      expect(await failureOf(enrol())).to.include({ code: 'not_found', status: 404, reason: 'not_found' });
    });

    it('and reported with the id of the path', async () => {
      await start();
      await post(urlOf(WORKER), {}, { 'x-join-token': 'junk', 'x-worker-id': 'worker-b' });
      expect(refusals[0]).to.deep.include({
        status: 401,
        reason: 'join_token_malformed',
        claimedWorkerId: WORKER,
        remoteAddress: '127.0.0.1',
      });
    });
  });

  describe('is not asked for', () => {
    const cases: ReadonlyArray<readonly [string, Partial<EnrolWorkerOptions>]> = [
      ['by what is no join token', { joinToken: 'stacyvm-join-v1.short' }],
      ['at no URL', { baseUrl: 'control-plane:7423' }],
      ['for no worker id', { workerId: 'a/b' }],
    ];
    for (const [what, options] of cases) {
      it(what, async () => {
        await start();
        const failure = await failureOf(enrol(options));
        expect(failure).to.include({ code: 'invalid_configuration' });
        expect(failure.message).not.to.include(token).and.not.to.include('short');
        expect(calls).to.deep.equal([]);
      });
    }
  });

  describe('is not believed', () => {
    const wire = {
      worker_id: WORKER,
      key: KEY,
      key_fingerprint: keyFingerprint(KEY),
      pool: '',
    };
    const cases: ReadonlyArray<readonly [string, unknown]> = [
      ['without a key', { ...wire, key: undefined }],
      ['with a key that is too short', { ...wire, key: 'short', key_fingerprint: keyFingerprint('short') }],
      ['with the key of another fingerprint', { ...wire, key: `${KEY}x` }],
      ['for another worker', { ...wire, worker_id: 'worker-b' }],
      ['with a pool that is a number', { ...wire, pool: 7 }],
      ['as a list', [wire]],
    ];
    for (const [what, body] of cases) {
      it(`${what}, and the key is not in what is thrown`, async () => {
        await answering((_request, response) => response.end(JSON.stringify(body)));
        const failure = await failureOf(enrol());
        expect(failure).to.include({ code: 'protocol_error', status: 200 });
        expect(`${failure.stack} ${JSON.stringify(failure)}`).not.to.include(KEY);
      });
    }

    it('though a control plane may leave out the pool and say more', async () => {
      await answering((_request, response) =>
        response.end(JSON.stringify({ ...wire, pool: null, more: true })),
      );
      expect(await enrol()).to.deep.equal({ ...ENROLMENT, pool: '' });
    });

    it('from where it was redirected to', async () => {
      let followed = 0;
      const target = await serve((_request, response) => {
        followed += 1;
        response.end();
      });
      await answering((_request, response) => response.writeHead(307, { location: `${target.url}/x` }).end());
      expect(await failureOf(enrol())).to.include({ code: 'unexpected_redirect' });
      expect(followed).to.equal(0);
      await target.close();
    });
  });

  it('gives up after its time', async () => {
    await answering(() => undefined);
    expect(await failureOf(enrol({ timeoutMs: 30 }))).to.include({ code: 'timeout' });
  });

  it('leaves no key and no join token in logs, errors and events', async () => {
    await start();
    await enrol();
    await post(urlOf(WORKER), { hostname: 7 }, { 'x-join-token': token });
    const accepted = [...logged, JSON.stringify(refusals)];
    await server.close();
    await refusing('join_token_used');
    const failure = await failureOf(enrol());
    const refused = [...logged, JSON.stringify(refusals), String(failure.stack), JSON.stringify(failure)];
    await server.close();
    await start({ onEnrol: () => Promise.reject(new Error('relation does not exist')) });
    await failureOf(enrol());
    expect(logged).to.have.length(1);
    for (const text of [...accepted, ...refused, ...logged]) {
      expect(text).not.to.include(KEY).and.not.to.include(token);
    }
  });
});
