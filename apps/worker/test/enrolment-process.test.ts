import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { expect } from 'chai';
import { eventually } from './eventually.js';
import { scratchDirectory } from './scratch-directory.js';
import { type Headquarters, secret, startHeadquarters, WORKER_ID } from './worker-fixture.js';
import { endWorkerProcesses, startWorkerProcess, type WorkerProcess } from './worker-process.js';

describe('the process of a worker', () => {
  const scratch = scratchDirectory();
  const [master, next] = [secret(), secret()];
  const derived = deriveWorkerKey(master, WORKER_ID);
  let headquarters: Headquarters;
  beforeEach(async () => {
    headquarters = await startHeadquarters(master);
    writeFileSync(
      scratch.file('worker.yaml'),
      'providers: { bubblewrap: { enabled: false }, mock: { enabled: true } }\n',
    );
  });
  afterEach(async () => {
    await endWorkerProcesses();
    await headquarters.close();
  });

  function start(stateDir: string, ...more: readonly string[]): WorkerProcess {
    const address = ['--control-plane', headquarters.url, '--listen', '127.0.0.1:0'];
    const place = ['--config', scratch.file('worker.yaml'), '--state-dir', scratch.file(stateDir)];
    return startWorkerProcess('--id', WORKER_ID, ...address, ...place, ...more);
  }
  const joinToken = (): readonly string[] => ['--join-token-file', scratch.file('join')];
  function giveToken(): string {
    const token = headquarters.createJoinToken(WORKER_ID);
    writeFileSync(scratch.file('join'), `${token}\n`);
    return token;
  }

  it('enrols once, and lives on its key from then on; another one cannot have it', async () => {
    const token = giveToken();
    const first = start('one', ...joinToken());
    await first.logged(/worker joined/);
    expect(statSync(scratch.file('one', 'identity', `${WORKER_ID}.key`)).mode & 0o777).to.equal(0o600);
    first.signal('SIGKILL');
    await first.ended;

    const thief = await start('two', ...joinToken()).ended;
    expect(thief.code).to.equal(1);
    expect(thief.stderr)
      .to.contain('redeemed before')
      .and.not.match(/\n\s+at /);

    const again = start('one');
    await again.logged(/worker is enrolled.*worker joined/s);
    again.signal('SIGTERM');
    expect(await again.ended).to.include({ code: 0, stdout: '' });
    for (const logs of [first.logs(), thief.stderr, again.logs()])
      for (const text of [token, derived, master]) expect(logs).not.to.contain(text);
  });

  it('ends at once when it is told to while it waits for its control plane, and has spent nothing', async () => {
    const token = giveToken();
    await headquarters.close();
    const waiting = start('one', ...joinToken());
    await waiting.logged(/enrolment failed; trying again/);
    waiting.signal('SIGTERM');
    expect((await waiting.ended).code).to.equal(0);
    expect(readFileSync(scratch.file('join'), 'utf8')).to.equal(`${token}\n`);
  });

  it('takes new keys on SIGHUP and by itself, keeps the old ones when the new are broken', async () => {
    const file = scratch.file('key');
    const put = (text: string): void => {
      writeFileSync(`${file}.new`, text, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    };
    put(derived);
    const worker = start('one', '--worker-signing-key-file', file, '--heartbeat-interval', '50ms');
    await worker.logged(/worker joined/);
    put('short');
    worker.signal('SIGHUP');
    await worker.logged(/"level":"error".*those before stay in force.*32 bytes/);
    headquarters.useKeys(next, master);
    put(deriveWorkerKey(next, WORKER_ID));
    await eventually(() =>
      expect(headquarters.credentials.at(-1)).to.include({
        signingKeyFingerprint: keyFingerprint(deriveWorkerKey(next, WORKER_ID)),
      }),
    );
    expect(headquarters.refusals).to.deep.equal([]);
    await worker.logged(/settings changed","changed":\["auth\.worker_signing_key"\]/);
    worker.signal('SIGTERM');
    expect((await worker.ended).code).to.equal(0);
    expect(worker.logs()).not.to.contain(derived).and.not.to.contain(deriveWorkerKey(next, WORKER_ID));
  });

  it('sends one heartbeat with --once, and ends with 0 or 1', async () => {
    giveToken();
    expect(await start('one', '--once', ...joinToken()).ended).to.include({ code: 0, stdout: '' });
    expect(headquarters.heartbeats.map(({ status }) => status)).to.deep.equal(['offline']);
    expect(await start('one', '--once').ended).to.include({ code: 0 });
    headquarters.useKeys(next);
    const refused = await start('one', '--once').ended;
    expect(refused.code).to.equal(1);
    expect(refused.stderr)
      .to.contain('HTTP 401')
      .and.not.match(/\n\s+at /);
  });
});
