import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { loadSettings, watchSettings } from '@stacyvm/config';
import { deriveWorkerKey, keyFingerprint } from '@stacyvm/token';
import { createRpcClient, type RpcClient } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { identityFile } from '../src/enrolled-key.js';
import { startWorker, type Worker } from '../src/worker.js';
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

const derived = (master: string): string => deriveWorkerKey(master, WORKER_ID);

describe('the keys of a running worker', () => {
  const scratch = scratchDirectory();
  let headquarters: Headquarters;
  let worker: Worker | undefined;
  let logs: ReturnType<typeof captureLogs>;
  beforeEach(() => {
    logs = captureLogs();
  });
  afterEach(async () => {
    await worker?.stop();
    worker = undefined;
    await headquarters.close();
  });

  const flags = (more: Flags): Flags => ({
    'worker.control_plane_url': headquarters.url,
    'worker.state_dir': scratch.file('state'),
    'worker.heartbeat_interval': '50ms',
    ...more,
  });
  const signedBy = (master: string) => () =>
    expect(headquarters.credentials.at(-1)).to.include({
      signingKeyFingerprint: keyFingerprint(derived(master)),
    });

  /** Switches the link that the keys are read through, as mounted secrets are switched. */
  function mountKeys(version: number, active: string, ...verifyOnly: readonly string[]): void {
    mkdirSync(scratch.file(`keys-${version}`));
    writeFileSync(scratch.file(`keys-${version}`, 'active'), `${active}\n`);
    writeFileSync(scratch.file(`keys-${version}`, 'verify-only'), `${verifyOnly.join('\n')}\n`);
    symlinkSync(`keys-${version}`, scratch.file('next'));
    renameSync(scratch.file('next'), scratch.file('keys'));
  }

  it('are exchanged while calls and heartbeats go on, and none of them fails', async () => {
    const [first, second, third] = [secret(), secret(), secret()];
    headquarters = await startHeadquarters(first);
    mountKeys(1, derived(first), derived(first));
    const keyFiles = flags({
      'auth.worker_signing_key_file': scratch.file('keys', 'active'),
      'auth.worker_signing_keys_file': scratch.file('keys', 'verify-only'),
    });
    const all = { 'worker.id': WORKER_ID, 'worker.listen_addr': '127.0.0.1:0', ...keyFiles };
    const load = () =>
      loadSettings({
        flags: { ...all, 'providers.mock.enabled': true },
        env: {},
        cwd: tmpdir(),
        homeDir: undefined,
      });
    const initial = load();
    const running = await startWorker(initial.settings, logs.logger);
    worker = running;
    const watch = watchSettings({
      initial,
      load,
      intervalMs: 20,
      onChange: (change) => running.reload(change.settings),
      onError: (error) => expect.fail(String(error)),
    });

    const clients: RpcClient[] = [];
    const callWith = (active: string, ...fallback: readonly string[]): void => {
      const [key = '', ...fallbackKeys] = [active, ...fallback].map(derived);
      const credential = { kind: 'signed', key, fallbackKeys } as const;
      clients.push(createRpcClient({ workerId: WORKER_ID, rpcUrl: running.rpcUrl, credential }));
    };
    const client = (): RpcClient => clients.at(-1) as RpcClient;
    callWith(first);
    const lease = {
      resourceId: 'sb-1',
      holderId: WORKER_ID,
      generation: 1,
      expiresAt: new Date(Date.now() + 60_000),
    };
    await client().spawn(
      { sandboxId: 'sb-1', image: 'host', provider: 'bubblewrap', memoryMb: 64, vcpus: 1 },
      lease,
    );
    let calls = 0;
    let stop = false;
    const failures: unknown[] = [];
    const callers = [1, 2].map(async () => {
      while (!stop) {
        await client()
          .exec({ sandboxId: 'sb-1', command: 'echo a' })
          .then(() => {
            calls += 1;
          })
          .catch((error: unknown) => failures.push(error));
      }
    });
    let streamed = 0;
    const stream = client().execStream(
      { sandboxId: 'sb-1', command: 'while [ ! -e go ]; do echo b; sleep 0.02; done' },
      {
        onOutput: () => {
          streamed += 1;
        },
      },
    );
    const someCalls = async (): Promise<void> => {
      const [called, sent] = [calls, streamed];
      await eventually(() => expect(Math.min(calls - called, streamed - sent)).to.be.greaterThan(4));
    };

    try {
      await eventually(signedBy(first));
      await someCalls();
      // The control plane first: it knows both keys and signs with the new one.
      headquarters.useKeys(second, first);
      callWith(second, first);
      await someCalls();
      mountKeys(2, derived(second), derived(first));
      await eventually(signedBy(second));
      headquarters.useKeys(second);
      await someCalls();
      // The worker first: the control plane has never heard of the new key.
      mountKeys(3, derived(third), derived(second));
      await eventually(() =>
        expect(logs.text()).to.contain(`"active_key_fingerprint":"${keyFingerprint(derived(third))}"`),
      );
      await eventually(() => expect(headquarters.refusals).to.include('token_bad_signature'));
      await eventually(signedBy(second));
      await someCalls();
      headquarters.useKeys(third, second);
      callWith(third, second);
      await someCalls();
      mountKeys(4, derived(third), derived(third));
      await someCalls();
      headquarters.useKeys(third);
      await eventually(signedBy(third));
      await client().exec({ sandboxId: 'sb-1', command: 'touch go' });
      expect((await stream).exitCode, 'a program that ran all the time').to.equal(0);
    } finally {
      stop = true;
      await Promise.all(callers);
      watch.stop();
      for (const used of clients) used.close();
    }
    expect(failures).to.deep.equal([]);
    expect(logs.text()).not.to.contain('heartbeat failed');
    for (const key of [first, second, third]) {
      for (const text of [key, derived(key)]) expect(logs.text()).not.to.contain(text);
    }
  });

  it('are those it enrolled for, whichever key it is given later', async () => {
    const [first, second] = [secret(), secret()];
    headquarters = await startHeadquarters(first);
    writeFileSync(scratch.file('join'), headquarters.createJoinToken(WORKER_ID));
    const settings = workerSettings(flags({ 'worker.join_token_file': scratch.file('join') }));
    worker = await startWorker(settings, logs.logger);
    await worker.registered;
    await eventually(signedBy(first));
    const client = createRpcClient({
      workerId: WORKER_ID,
      rpcUrl: worker.rpcUrl,
      credential: { kind: 'signed', key: derived(first), fallbackKeys: [derived(second)] },
    });
    const answer = () => client.status({ sandboxId: 'sb-none' }).catch((error: unknown) => error);
    expect(await answer()).to.include({ reason: 'sandbox_not_found' });
    headquarters.useKeys(second, first);
    const path = identityFile(settings, WORKER_ID, 'key');
    writeFileSync(`${path}.new`, derived(second), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    await eventually(signedBy(second));
    expect(await answer()).to.include({ reason: 'sandbox_not_found' });
    expect(headquarters.refusals).to.deep.equal([]);
    expect(logs.text()).not.to.contain('heartbeat failed');
    client.close();
  });
});
