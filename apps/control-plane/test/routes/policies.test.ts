import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { admin, auditOf, items } from '../admin-calls.js';
import { type Answer, call, type Json } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

const DENY = { resource_type: 'image', effect: 'deny', pattern: 'alpine:3.1' };

describe('the routes of policies', () => {
  let directory: string;
  let fixture: Fixture;
  let worker: WorkerProcess;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'policies-'));
    writeRules('base.yaml', 'rules: [{ resource_type: network, effect: deny, pattern: host }]');
    fixture = await startFixture({ 'policy.files': [join(directory, 'base.yaml')] });
    const { url, signingKey } = fixture;
    worker = startWorkerProcess({ id: 'worker-1', controlPlaneUrl: url, signingKey });
    await worker.said('worker joined');
  });
  afterEach(async () => {
    for (const { id, source } of items(await admin(fixture, '/policies'))) {
      if (source === 'store') await admin(fixture, `/policies/${id}`, { method: 'DELETE' });
    }
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
    rmSync(directory, { recursive: true, force: true });
  });

  const writeRules = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  const create = (policy: Json): Promise<Answer> => admin(fixture, '/policies', { body: policy });
  const spawn = (body: Json, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    call(fixture, '/sandboxes', { body: { provider: 'mock', ...body }, headers });
  const FILE_RULE = '/policies/file:base.yaml%231';

  it('create, get, list, change and delete', async () => {
    const created = await create({ ...DENY, description: 'too old' });
    expect(created.status).to.equal(201);
    const id = String(created.body['id']);
    expect(created.headers.get('location')).to.equal(`/api/v1/admin/policies/${id}`);
    expect(created.body).to.include({ ...DENY, source: 'store', priority: 10, mode: 'enforce' });
    expect(created.body['created_by']).to.match(/^admin:/);

    expect((await admin(fixture, `/policies/${id}`)).body).to.deep.equal(created.body);
    const listed = items(await admin(fixture, '/policies'));
    expect(listed.map((policy) => policy['id'])).to.deep.equal(['file:base.yaml#1', id]);

    const changed = await admin(fixture, `/policies/${id}`, {
      method: 'PATCH',
      body: { mode: 'warn', priority: -3 },
    });
    expect(changed.body).to.include({
      ...created.body,
      mode: 'warn',
      priority: -3,
      updated_at: changed.body['updated_at'],
    });

    const deleted = await admin(fixture, `/policies/${id}`, { method: 'DELETE' });
    expect([deleted.status, deleted.body]).to.deep.equal([200, { status: 'deleted' }]);
    const gone = await admin(fixture, `/policies/${id}`);
    expect([gone.status, gone.body['reason']]).to.deep.equal([404, 'policy_not_found']);
  });

  it('list page by page, and by type', async () => {
    for (const n of [1, 2, 3]) await create({ ...DENY, pattern: `a${n}` });
    const first = await admin(fixture, '/policies?limit=2');
    const cursor = first.headers.get('x-next-cursor') ?? '';
    const rest = await admin(fixture, `/policies?limit=2&cursor=${cursor}`);
    expect([...items(first), ...items(rest)].map((policy) => policy['pattern'])).to.deep.equal([
      'host',
      'a1',
      'a2',
      'a3',
    ]);
    expect(rest.headers.get('x-next-cursor')).to.equal(null);
    const ofType = items(await admin(fixture, '/policies?resource_type=network'));
    expect(ofType.map((policy) => policy['pattern'])).to.deep.equal(['host']);
  });

  const refused: readonly (readonly [string, Json, number, string])[] = [
    ['a pattern that is none', { ...DENY, pattern: 'alpine:[3' }, 400, 'invalid_pattern'],
    ['a pattern with white space', { ...DENY, pattern: 'a b' }, 400, 'invalid_pattern'],
    ['an empty pattern', { ...DENY, pattern: '' }, 400, 'invalid_request'],
    ['a pattern that is too long', { ...DENY, pattern: 'a'.repeat(513) }, 400, 'invalid_request'],
    ['an unknown type', { ...DENY, resource_type: 'volume' }, 400, 'invalid_request'],
    ['an unknown effect', { ...DENY, effect: 'Deny' }, 400, 'invalid_request'],
    ['an unknown mode', { ...DENY, mode: 'off' }, 400, 'invalid_request'],
    ['a priority that is kept for files', { ...DENY, priority: -1_000_001 }, 400, 'invalid_request'],
    ['a tenant', { ...DENY, tenant_id: 'tn-a' }, 400, 'unknown_field'],
    ['NUL in the description', { ...DENY, description: '\0' }, 400, 'invalid_request'],
    ['nothing', {}, 400, 'invalid_request'],
  ];
  for (const [name, body, status, reason] of refused) {
    it(`refuse to create ${name}`, async () => {
      const answer = await create(body);
      expect([answer.status, answer.body['reason']], answer.text).to.deep.equal([status, reason]);
    });
  }

  it('refuse the same policy twice, and a change of nothing', async () => {
    const { body } = await create(DENY);
    const again = await create(DENY);
    expect([again.status, again.body['reason']]).to.deep.equal([409, 'policy_exists']);
    const nothing = await admin(fixture, `/policies/${body['id']}`, { method: 'PATCH', body: {} });
    expect([nothing.status, nothing.body['reason']]).to.deep.equal([400, 'invalid_request']);
    const broken = await admin(fixture, `/policies/${body['id']}`, {
      method: 'PATCH',
      body: { pattern: '[' },
    });
    expect([broken.status, broken.body['reason']]).to.deep.equal([400, 'invalid_pattern']);
  });

  for (const [method, body] of [
    ['PATCH', { mode: 'audit' }],
    ['DELETE', undefined],
  ] as const) {
    it(`refuse to ${method} a policy of a file, and show it`, async () => {
      const answer = await admin(fixture, FILE_RULE, { method, body });
      expect([answer.status, answer.body['reason']]).to.deep.equal([409, 'policy_from_file']);
      expect((await admin(fixture, FILE_RULE)).body).to.include({ source: 'file', mode: 'enforce' });
      const none = await admin(fixture, `/policies/pl-${'0'.repeat(24)}`, { method, body });
      expect([none.status, none.body['reason']]).to.deep.equal([404, 'policy_not_found']);
    });
  }

  it('audit what was changed, from what to what, and what was refused', async () => {
    const options = { headers: { 'X-Request-ID': 'policy-created' } };
    const { body } = await admin(fixture, '/policies', { ...options, body: DENY });
    const id = String(body['id']);
    expect(await auditOf(fixture, 'policy-created')).to.deep.include({
      action: 'policy.create',
      resource: `policy:${id}`,
      outcome: 'success',
    });
    await admin(fixture, `/policies/${id}`, {
      method: 'PATCH',
      body: { mode: 'warn' },
      headers: { 'X-Request-ID': 'policy-updated' },
    });
    const { detail } = await auditOf(fixture, 'policy-updated');
    expect([detail['before'], detail['after']].map((each) => (each as Json)['mode'])).to.deep.equal([
      'enforce',
      'warn',
    ]);
    await admin(fixture, FILE_RULE, { method: 'DELETE', headers: { 'X-Request-ID': 'policy-refused' } });
    expect(await auditOf(fixture, 'policy-refused')).to.include({
      outcome: 'failure',
      reason: 'policy_from_file',
      resource: 'policy:file:base.yaml#1',
    });
  });

  describe('and a spawn', () => {
    it('that one denies: 403, the policy named, nothing recorded', async () => {
      const { body: policy } = await create(DENY);
      const { status, body } = await spawn({ image: 'docker.io/library/alpine:3.1' });
      expect([status, body['code'], body['reason']]).to.deep.equal([403, 'FORBIDDEN', 'policy_denied']);
      expect(body['message']).to.equal(
        `image "docker.io/library/alpine:3.1" is not permitted by policy ${policy['id']}`,
      );
      expect((await spawn({ image: 'test' })).status).to.equal(201);
    });

    it('that leaves the image open is judged by the default', async () => {
      await create({ ...DENY, pattern: 'host' });
      expect((await spawn({})).body['reason']).to.equal('policy_denied');
    });

    it('that one on trial would deny carries a warning', async () => {
      const { body: policy } = await create({ ...DENY, pattern: 'test', mode: 'warn' });
      const { status, headers } = await spawn({ image: 'test' });
      expect(status).to.equal(201);
      expect(headers.get('x-policy-warning')).to.equal(
        `image "test" would not be permitted by policy ${policy['id']}, which is on trial`,
      );
      await admin(fixture, `/policies/${policy['id']}`, { method: 'DELETE' });
      expect((await spawn({ image: 'test' })).headers.get('x-policy-warning')).to.equal(null);
    });

    it('is logged with the decision, the version of the set and the id of the request', async () => {
      await create(DENY);
      await spawn({ image: 'alpine:3.1' }, { 'X-Request-ID': 'spawn-denied' });
      const { body } = await admin(fixture, '/policies/evaluate', { body: {} });
      const record = fixture.logs
        .records('policy decision')
        .find((each) => each['request_id'] === 'spawn-denied');
      expect(record).to.include({ allowed: false, policy_version: body['policy_version'] });
    });

    it('on another control plane is judged by it within two seconds', async () => {
      const other = await fixture.beside();
      await create({ ...DENY, resource_type: 'provider', pattern: 'mock' });
      const began = performance.now();
      await eventually(async () => {
        const { body } = await call(other, '/sandboxes', { body: { provider: 'mock' } });
        expect(body['reason']).to.equal('policy_denied');
      });
      expect(performance.now() - began).to.be.below(2_500);
    });
  });

  describe('evaluate', () => {
    it('says what would be decided, by which policy and why', async () => {
      const { body: policy } = await create(DENY);
      const { status, body } = await admin(fixture, '/policies/evaluate', {
        body: { image: 'index.docker.io/library/alpine:3.1', network: 'host' },
      });
      expect(status).to.equal(200);
      expect(body['allowed']).to.equal(false);
      const answers = body['answers'] as readonly Json[];
      expect(
        answers.map((answer) => [answer['resource_type'], answer['value'], answer['allowed']]),
      ).to.deep.equal([
        ['provider', 'bubblewrap', true],
        ['image', 'index.docker.io/library/alpine:3.1', false],
        ['network', 'host', false],
      ]);
      expect(answers[1]).to.include({
        reason: 'rule_denies',
        policy_id: policy['id'],
        spelling: 'alpine:3.1',
      });
      expect(answers[1]?.['policies']).to.deep.equal([
        { policy_id: 'file:base.yaml#1', authority: 'platform', outcome: 'other_type' },
        { policy_id: policy['id'], authority: 'platform', outcome: 'decides', spelling: 'alpine:3.1' },
      ]);
    });
  });

  describe('from files', () => {
    it('are exchanged by a reload, all or nothing', async () => {
      writeRules('next.yaml', 'rules: [{ resource_type: image, effect: deny, pattern: test }]');
      fixture.reload({ 'policy.files': [join(directory, 'next.yaml')] });
      expect((await spawn({ image: 'test' })).body['message']).to.contain('by policy file:next.yaml#1');
      writeRules('broken.yaml', 'rules: [{ resource_type: image, effect: deny, pattern: "[" }]');
      expect(() => fixture.reload({ 'policy.files': [join(directory, 'broken.yaml')] })).to.throw('pattern');
      expect((await spawn({ image: 'test' })).body['reason']).to.equal('policy_denied');
      fixture.reload({});
      expect((await spawn({ image: 'test' })).status).to.equal(201);
    });
  });
});
