import { existsSync, writeFileSync } from 'node:fs';
import { deriveWorkerKey } from '@stacyvm/token';
import { expect } from 'chai';
import { sendOneHeartbeat } from '../src/one-heartbeat.js';
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

describe('one heartbeat', () => {
  const scratch = scratchDirectory();
  const master = secret();
  let headquarters: Headquarters;
  beforeEach(async () => {
    headquarters = await startHeadquarters(master);
  });
  afterEach(() => headquarters.close());

  const send = (flags: Flags) =>
    sendOneHeartbeat(
      workerSettings({
        'worker.control_plane_url': headquarters.url,
        'worker.state_dir': scratch.file('state'),
        ...flags,
      }),
      captureLogs().logger,
      { signal: new AbortController().signal },
    );
  const refusal = (flags: Flags) =>
    send(flags).then(
      () => 'accepted',
      (error: unknown) => error,
    );

  it('proves who the worker is, and offers nothing that nobody serves', async () => {
    await send({ 'auth.worker_signing_key': deriveWorkerKey(master, WORKER_ID) });
    const [heartbeat] = headquarters.heartbeats;
    expect(headquarters.heartbeats).to.have.length(1);
    expect(heartbeat).to.deep.include({ status: 'offline', providers: [], capabilities: [], capacity: {} });
    expect(heartbeat, 'what it holds is not known').not.to.have.any.keys('sandboxes', 'instanceId');
    expect(existsSync(scratch.file('state'))).to.equal(false);
  });

  it('needs nothing to tell callers by, for nobody calls', async () => {
    writeFileSync(scratch.file('token'), 'a-token-that-is-none');
    expect(await refusal({ 'worker.token_file': scratch.file('token') })).to.include({
      reason: 'static_token_not_allowed',
    });
  });

  it('enrols the worker', async () => {
    writeFileSync(scratch.file('join'), headquarters.createJoinToken(WORKER_ID));
    await send({ 'worker.join_token_file': scratch.file('join') });
    await send({});
    expect(headquarters.heartbeats).to.have.length(2);
  });

  it('fails with the reason of the control plane, and does not wait for one', async () => {
    expect(await refusal({ 'auth.worker_signing_key': secret() })).to.include({
      reason: 'token_bad_signature',
    });
    expect(await refusal({})).to.include({ name: 'WorkerCredentialError' });
    writeFileSync(scratch.file('join'), headquarters.createJoinToken(WORKER_ID));
    await headquarters.close();
    expect(await refusal({ 'auth.worker_signing_key': secret() })).to.include({ code: 'unreachable' });
    expect(await refusal({ 'worker.join_token_file': scratch.file('join') })).to.include({
      name: 'EnrolmentError',
      reason: 'unreachable',
    });
  });
});
