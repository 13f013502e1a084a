import { deriveWorkerKey, keyFingerprint, mintWorkerToken } from '@stacyvm/token';
import { createRpcClient, type RevocationEntry, type RpcClient } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { startWorker } from '../src/worker.js';
import { eventually } from './eventually.js';
import {
  type Flags,
  secret,
  startWorkerFixture,
  WORKER_ID,
  type WorkerFixture,
  workerSettings,
} from './worker-fixture.js';

const derived = (master: string): string => deriveWorkerKey(master, WORKER_ID);

/** The reason of the worker's answer to a status call with this token; `sandbox_not_found` is past all checks. */
async function answerTo(rpcUrl: string, token: string): Promise<unknown> {
  const response = await fetch(`${rpcUrl}/rpc`, {
    method: 'POST',
    headers: { connection: 'close', 'X-Worker-ID': WORKER_ID, 'X-Worker-Token': token },
    body: JSON.stringify({
      id: 'call-1',
      method: 'worker.status',
      worker_id: WORKER_ID,
      params: { sandbox_id: 'sb-none' },
    }),
  });
  return ((await response.json()) as { reason?: unknown }).reason;
}

function tokenOf(key: string, tokenId: string): string {
  const claims = { workerId: WORKER_ID, audience: 'worker:rpc', ttlSeconds: 60, tokenId } as const;
  return mintWorkerToken({ key, ...claims }).token;
}

describe('the identity of a running worker', () => {
  let fixture: WorkerFixture | undefined;
  afterEach(async () => {
    await fixture?.dispose();
    fixture = undefined;
  });

  it('can be proven by tokens of the control plane’s issuing', async () => {
    fixture = await startWorkerFixture({ 'worker.token_source': 'issuer' });
    const { headquarters } = fixture;
    await eventually(() => expect(headquarters.credentials.length).to.be.greaterThan(3));
    expect(headquarters.issued).to.have.length(1);
    const presented = headquarters.credentials.map(
      (credential) => 'tokenId' in credential && credential.tokenId,
    );
    expect(new Set(presented)).to.deep.equal(new Set(headquarters.issued));
  });

  it('ends with its static token, too, when the worker is revoked', async () => {
    fixture = await startWorkerFixture({ 'auth.worker_token': 'a-static-token-of-this-worker' });
    const { headquarters, worker } = fixture;
    expect(await answerTo(worker.rpcUrl, 'a-static-token-of-this-worker')).to.equal('sandbox_not_found');
    const entry = {
      kind: 'worker',
      workerId: WORKER_ID,
      issuedBefore: new Date('9999-12-31T00:00:00Z'),
    } as const;
    headquarters.directive = { revocations: { version: 1, entries: [entry] } };
    await eventually(async () =>
      expect(await answerTo(worker.rpcUrl, 'a-static-token-of-this-worker')).to.equal('token_revoked'),
    );
  });

  describe('revocation', () => {
    const revoke = (...entries: readonly RevocationEntry[]) => ({
      revocations: { version: entries.length, entries },
    });

    it('is in force with the next heartbeat, whose answer says which version that is', async () => {
      fixture = await startWorkerFixture();
      const { headquarters, worker, signingKey } = fixture;
      const [good, bad] = [tokenOf(derived(signingKey), 'good'), tokenOf(derived(signingKey), 'bad')];
      expect(await answerTo(worker.rpcUrl, bad)).to.equal('sandbox_not_found');
      headquarters.directive = revoke({ kind: 'token', tokenId: 'bad' });
      await eventually(() => expect(headquarters.heartbeats.at(-1)?.revocationVersion).to.equal(1));
      expect(await answerTo(worker.rpcUrl, bad)).to.equal('token_revoked');
      expect(await answerTo(worker.rpcUrl, good)).to.equal('sandbox_not_found');
    });

    it('ends a program whose output is being read, within one heartbeat, and no other', async () => {
      fixture = await startWorkerFixture();
      const { headquarters, worker, signingKey, client, logs } = fixture;
      const other = secret();
      worker.reload(
        workerSettings({
          'auth.worker_signing_key': derived(signingKey),
          'auth.worker_signing_keys': [other],
        }),
      );
      const revoked = createRpcClient({
        workerId: WORKER_ID,
        rpcUrl: worker.rpcUrl,
        credential: { kind: 'signed', key: other },
      });
      await fixture.spawn('sb-1', 'bubblewrap');
      const script = 'echo begun; while [ ! -e go ]; do sleep 0.02; done; echo $1 >> ended';
      const begun: string[] = [];
      const run = (caller: RpcClient, name: string) =>
        caller.execStream(
          { sandboxId: 'sb-1', command: 'sh', args: ['-c', script, 'sh', name], mode: 'argv' },
          { onOutput: () => void begun.push(name) },
        );
      const ended = run(revoked, 'revoked').catch((error: unknown) => error);
      const goesOn = run(client, 'other');
      await eventually(() => expect(begun).to.have.members(['revoked', 'other']));
      const { revocations } = revoke({ kind: 'key', fingerprint: keyFingerprint(other) });
      /** Whether the call had been ended when a heartbeat came, from the first one on that is told of the revocation. */
      const endedBefore: boolean[] = [];
      headquarters.directive = {
        get revocations() {
          endedBefore.push(logs.text().includes('worker RPC calls ended: their credential is revoked'));
          return revocations;
        },
      };
      expect(await ended).to.include({ reason: 'token_revoked' });
      await eventually(() => expect(endedBefore.length).to.be.at.least(2));
      expect(endedBefore.slice(0, 2)).to.deep.equal([false, true]);
      await client.exec({ sandboxId: 'sb-1', command: 'touch go' });
      expect((await goesOn).exitCode).to.equal(0);
      const { stdout } = await client.exec({ sandboxId: 'sb-1', command: 'cat ended' });
      expect(stdout, 'the program of the revoked caller is gone').to.equal('other\n');
      revoked.close();
    });

    it('outlives the worker and an outage of the control plane', async () => {
      fixture = await startWorkerFixture();
      const { headquarters, stateDir, worker, signingKey } = fixture;
      const bad = tokenOf(derived(signingKey), 'bad');
      headquarters.directive = revoke({ kind: 'token', tokenId: 'bad' });
      await eventually(() => expect(headquarters.heartbeats.at(-1)?.revocationVersion).to.equal(1));
      await worker.stop();
      await headquarters.close();
      const next = await startWorker(
        workerSettings({
          'worker.control_plane_url': headquarters.url,
          'worker.state_dir': stateDir,
          'auth.worker_signing_key': derived(signingKey),
        }),
        fixture.logs.logger,
      );
      try {
        expect(await answerTo(next.rpcUrl, bad)).to.equal('token_revoked');
        expect(await answerTo(next.rpcUrl, tokenOf(derived(signingKey), 'good'))).to.equal(
          'sandbox_not_found',
        );
      } finally {
        await next.stop();
      }
    });

    it('by the settings counts as well, from their change on', async () => {
      fixture = await startWorkerFixture();
      const { worker, signingKey } = fixture;
      const bad = tokenOf(derived(signingKey), 'bad');
      const settings = workerSettings({
        'auth.worker_signing_key': derived(signingKey),
        'auth.worker_revoked_token_ids': ['bad'],
      });
      worker.reload(settings);
      expect(await answerTo(worker.rpcUrl, bad)).to.equal('token_revoked');
    });
  });

  describe('a wrong clock', () => {
    async function startSkewed(skewMs: number): Promise<void> {
      // Both stand still: what a busy host adds to a request would be measured, too.
      const now = Date.now();
      fixture = await startWorkerFixture({}, { clock: () => new Date(now) });
      await fixture.worker.registered;
      await fixture.headquarters.close();
      const skewed = await fixture.reopenHeadquarters({ clock: () => new Date(now + skewMs) });
      await eventually(() => expect(skewed.heartbeats.length + skewed.refusals.length).to.be.greaterThan(2));
    }

    it('is told with what it is wrong by, and not at every heartbeat', async () => {
      await startSkewed(8_000);
      const warnings = fixture?.logs.text().match(/"message":"this clock is .*/g) ?? [];
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.match(/this clock is 8\.0 s behind .*"skew_ms":8000\b/);
    });

    it('is told as the reason when tokens are refused for it', async () => {
      await startSkewed(-600_000);
      const text = fixture?.logs.text() ?? '';
      expect(text).to.match(
        /"heartbeat failed".*"reason":"clock_skew","skew_ms":-600000,"cause":"[^"]*600\.0 s ahead/,
      );
      expect(text.match(/"message":"this clock is .* ahead of/g)).to.have.length(1);
    });

    it('is not told when it is right', async () => {
      await startSkewed(4_000);
      expect(fixture?.logs.text()).not.to.contain('this clock is');
    });
  });

  it('heals by itself after an outage of 20 minutes, in which everything expired', async () => {
    let ahead = 0;
    const clock = (): Date => new Date(Date.now() + ahead);
    fixture = await startWorkerFixture({}, { clock });
    const { headquarters, worker, logs } = fixture;
    await worker.registered;
    await headquarters.close();
    await eventually(() => expect(logs.text()).to.contain('heartbeat failed'));
    ahead = 20 * 60_000;
    const back = await fixture.reopenHeadquarters({ clock });
    await eventually(() => expect(back.heartbeats).not.to.be.empty);
    expect(back.refusals).to.deep.equal([]);
    expect(await fixture.client.status({ sandboxId: 'sb-1' }).catch((error: unknown) => error)).to.include({
      reason: 'sandbox_not_found',
    });
  });

  describe('with a static token alone', () => {
    it('works in both directions', async () => {
      const sharedToken = secret();
      fixture = await startWorkerFixture(
        { 'auth.worker_signing_key': undefined, 'auth.worker_token': sharedToken },
        { sharedToken, credential: { kind: 'static', token: sharedToken } },
      );
      await fixture.worker.registered;
      expect(fixture.headquarters.credentials[0]).to.deep.include({ form: 'static' });
      await fixture.spawn('sb-1');
    });

    it('stays as it is when static tokens are to be refused, and is let in no more when it has a key', async () => {
      const sharedToken = secret();
      const flags = { 'auth.worker_signing_key': undefined, 'auth.worker_token': sharedToken };
      fixture = await startWorkerFixture(flags, {
        sharedToken,
        credential: { kind: 'static', token: sharedToken },
      });
      const { worker, signingKey, client, headquarters } = fixture;
      const strict = { ...flags, 'auth.worker_token_migration': 'strict' };
      worker.reload(workerSettings(strict));
      await fixture.spawn('sb-1');
      worker.reload(workerSettings({ ...strict, 'auth.worker_signing_key': derived(signingKey) }));
      expect(await client.status({ sandboxId: 'sb-1' }).catch((error: unknown) => error)).to.include({
        reason: 'static_token_refused',
      });
      await eventually(() => expect(headquarters.credentials.at(-1)).to.include({ form: 'signed' }));
    });
  });

  it('says which changes of the settings wait for the next start, once, and nothing of what it does not read', async () => {
    fixture = await startWorkerFixture();
    const more: Flags = {
      'auth.worker_signing_key': derived(fixture.signingKey),
      'worker.control_plane_url': fixture.headquarters.url,
      'worker.state_dir': fixture.stateDir,
      'worker.heartbeat_interval': '100ms',
    };
    const changed = {
      ...more,
      'worker.max_sandboxes': 7,
      'auth.worker_token': secret(),
      'auth.worker_token_migration': 'strict',
      'worker.token_source': 'issuer',
      'server.port': 9,
    };
    fixture.worker.reload(workerSettings(changed));
    expect(fixture.logs.text())
      .to.match(/"level":"warn".*next start","changed":\["worker\.max_sandboxes"\]/)
      .and.match(
        /"settings changed","changed":\["auth\.worker_token","auth\.worker_token_migration","worker\.token_source"\]/,
      );
    const before = fixture.logs.text().length;
    fixture.worker.reload(workerSettings({ ...changed, 'auth.worker_token_profile': 'compatible' }));
    expect(fixture.logs.text().slice(before)).to.not.include('next start');
  });
});
