import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { createJoinToken } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { identityFile, obtainEnrolledKey, readEnrolledKey } from '../src/enrolled-key.js';
import { eventually } from './eventually.js';
import { captureLogs } from './log-capture.js';
import { scratchDirectory } from './scratch-directory.js';
import {
  type Flags,
  type Headquarters,
  secret,
  startHeadquarters,
  WORKER_ID,
  workerSettings,
} from './worker-fixture.js';

describe('the key of an enrolled worker', () => {
  const scratch = scratchDirectory();
  const master = secret();
  const derived = deriveWorkerKey(master, WORKER_ID);
  let headquarters: Headquarters;
  let logs: ReturnType<typeof captureLogs>;
  beforeEach(async () => {
    headquarters = await startHeadquarters(master);
    logs = captureLogs();
  });
  afterEach(() => headquarters.close());

  const settings = (flags: Flags = {}) =>
    workerSettings({
      'worker.control_plane_url': headquarters.url,
      'worker.state_dir': scratch.file('state'),
      'worker.join_token_file': scratch.file('join'),
      ...flags,
    });

  function obtain(flags: Flags = {}, signal = new AbortController().signal, workerId = WORKER_ID) {
    const { logger } = logs;
    const random = (): number => 0;
    return obtainEnrolledKey(settings(flags), { workerId, instanceId: 'run-1', logger, signal, random });
  }

  function giveToken(token = headquarters.createJoinToken(WORKER_ID)): string {
    writeFileSync(scratch.file('join'), `${token}\n`, { mode: 0o600 });
    return token;
  }

  async function refusal(work: Promise<unknown>): Promise<Error & { reason?: string; code?: string }> {
    return work.then(
      () => expect.fail('it was enrolled'),
      (error: unknown) => error as Error,
    );
  }

  it('is had for a join token, and kept for its owner alone', async () => {
    const token = giveToken();
    expect(await obtain()).to.equal(derived);
    const path = identityFile(settings(), WORKER_ID, 'key');
    expect(path).to.equal(scratch.file('state', 'identity', `${WORKER_ID}.key`));
    expect(readFileSync(path, 'utf8')).to.equal(`${derived}\n`);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(statSync(scratch.file('state', 'identity')).mode & 0o777).to.equal(0o700);
    expect(readdirSync(scratch.file('state', 'identity'))).to.deep.equal([`${WORKER_ID}.key`]);
    expect(readFileSync(scratch.file('join'), 'utf8'), 'the file of the join token').to.equal(`${token}\n`);
    expect(logs.text()).to.contain(keyFingerprint(derived));
    expect(logs.text()).not.to.contain('"level":"warn"');
    for (const text of [token, derived]) expect(logs.text()).not.to.contain(text);
  });

  it('is had with a warning when others may have read the join token', async () => {
    giveToken();
    chmodSync(scratch.file('join'), 0o644);
    await obtain();
    expect(logs.text()).to.match(/"level":"warn".*join token file .* is open to other users/);
  });

  for (const [url, warned] of [
    ['http://127.0.0.1:1', false],
    ['http://[::1]:1', false],
    ['http://localhost:1', false],
    ['https://control-plane.invalid', false],
    ['http://control-plane.invalid', true],
    ['http://127.0.0.1.invalid', true],
  ] as const) {
    it(`is ${warned ? '' : 'not '}warned about when it comes from ${url}`, async () => {
      giveToken();
      const giveUp = AbortSignal.abort(new Error('enough'));
      await refusal(obtain({ 'worker.control_plane_url': url }, giveUp));
      expect(logs.text().includes('cross the network in clear')).to.equal(warned);
    });
  }

  it('is used from then on, and the join token is not', async () => {
    giveToken();
    await obtain();
    await headquarters.close();
    expect(await obtain()).to.equal(derived);
    expect(logs.text()).to.contain('join token ignored: the worker is enrolled already');
    expect(await obtain({ 'worker.join_token_file': '' }), 'without a token').to.equal(derived);
  });

  it('is another one for another worker in the same place', async () => {
    giveToken();
    await obtain();
    giveToken(headquarters.createJoinToken('worker-2'));
    expect(await obtain({}, undefined, 'worker-2')).to.equal(deriveWorkerKey(master, 'worker-2'));
    expect(readEnrolledKey(settings(), WORKER_ID)).to.equal(derived);
  });

  it('is not asked for where a key is configured, which comes first', async () => {
    const token = giveToken();
    expect(await obtain({ 'auth.worker_signing_key': secret() })).to.equal(undefined);
    expect(logs.text()).to.match(/"level":"warn".*auth\.worker_signing_key is configured/);
    giveToken(token);
    expect(await obtain(), 'the token is still good').to.equal(derived);
  });

  it('is not there without a join token', async () => {
    expect(await obtain({ 'worker.join_token_file': '' })).to.equal(undefined);
    expect(existsSync(scratch.file('state')), 'nothing was begun').to.equal(false);
  });

  const refusals: readonly { name: string; token: () => string; reason: string; says: RegExp }[] = [
    {
      name: 'unknown',
      token: () => createJoinToken().token,
      reason: 'join_token_unknown',
      says: /does not know/,
    },
    {
      name: 'expired',
      token: () => headquarters.createJoinToken(WORKER_ID, -1),
      reason: 'join_token_expired',
      says: /has expired/,
    },
    {
      name: 'for another worker',
      token: () => headquarters.createJoinToken('worker-2'),
      reason: 'join_token_other_worker',
      says: /is for another worker/,
    },
  ];
  for (const { name, token, reason, says } of refusals) {
    it(`is not had for a join token that is ${name}, and the operator is told what to do`, async () => {
      const given = giveToken(token());
      const error = await refusal(obtain());
      expect(error).to.include({ name: 'EnrolmentError', reason });
      expect(error.message)
        .to.match(says)
        .and.contain(`stacyvm worker join-token create --worker-id ${WORKER_ID}`)
        .and.not.contain(given);
      expect(readdirSync(scratch.file('state', 'identity'))).to.deep.equal([]);
    });
  }

  it('is not had twice for one join token', async () => {
    giveToken();
    await obtain();
    const error = await refusal(obtain({ 'worker.state_dir': scratch.file('elsewhere') }));
    expect(error).to.include({ name: 'EnrolmentError', reason: 'join_token_used' });
    expect(error.message).to.contain('redeemed before').and.contain('revoke the worker');
  });

  const unusable: readonly [string, string][] = [
    ['', 'join_token_malformed'],
    ['stacyvm-join-v1.short', 'join_token_malformed'],
    [secret(), 'join_token_malformed'],
  ];
  for (const [text, reason] of unusable) {
    it(`is not asked for with ${JSON.stringify(text.slice(0, 16))}, which is no join token`, async () => {
      giveToken(text);
      const error = await refusal(obtain());
      expect(error).to.include({ name: 'EnrolmentError', reason });
      if (text.length > 30) expect(error.message).not.to.contain(text);
      expect(existsSync(scratch.file('state'))).to.equal(false);
    });
  }

  it('is not paid for when there is no place to keep it', async () => {
    const token = giveToken();
    writeFileSync(scratch.file('state'), 'in the way');
    expect(await refusal(obtain())).to.include({ name: 'PrivateFileError' });
    giveToken(token);
    expect(await obtain({ 'worker.state_dir': scratch.file('elsewhere') })).to.equal(derived);
  });

  it('is waited for while the control plane is away', async () => {
    const token = giveToken();
    const { port } = headquarters;
    await headquarters.close();
    const obtaining = obtain();
    await eventually(() => expect(logs.text()).to.match(/enrolment failed; trying again.*unreachable/));
    headquarters = await startHeadquarters(master, { port });
    const error = await refusal(obtaining);
    expect(error, 'the new one does not know it').to.include({ reason: 'join_token_unknown' });
    expect(logs.text()).not.to.contain(token);
  });

  it('is told apart from a theft when an answer was lost', async () => {
    giveToken();
    const { port } = headquarters;
    const token = readFileSync(scratch.file('join'), 'utf8').trim();
    await headquarters.close();
    const cutting = createServer((socket) => socket.once('data', () => socket.destroy()));
    cutting.listen(port, '127.0.0.1');
    const obtaining = obtain();
    await eventually(() => expect(logs.text()).to.contain('connection_lost'));
    await new Promise((resolve) => cutting.close(resolve));
    headquarters = await startHeadquarters(master, { port, spentJoinTokens: [[WORKER_ID, token]] });
    const error = await refusal(obtaining);
    expect(error).to.include({ reason: 'join_token_used' });
    expect(error.message).to.contain('an attempt before this one got no answer');
  });

  it('is not waited for any longer when the start is given up', async () => {
    giveToken();
    await headquarters.close();
    const giveUp = new AbortController();
    const obtaining = refusal(obtain({}, giveUp.signal));
    await eventually(() => expect(logs.text()).to.contain('trying again'));
    const reason = new Error('enough');
    giveUp.abort(reason);
    expect(await obtaining).to.equal(reason);
    expect(readdirSync(scratch.file('state', 'identity'))).to.deep.equal([]);
  });

  it('is refused when the file holds something else', () => {
    const path = identityFile(settings(), WORKER_ID, 'key');
    mkdirSync(scratch.file('state', 'identity'), { recursive: true, mode: 0o700 });
    writeFileSync(path, 'short\n', { mode: 0o600 });
    expect(() => readEnrolledKey(settings(), WORKER_ID))
      .to.throw('does not hold a key')
      .with.property('code', 'invalid_content');
  });
});
