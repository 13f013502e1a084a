import { expect } from 'chai';
import { MAX_LOGGED_COMMAND_LENGTH, type NewExecLog } from '../src/index.js';
import { rejection } from './rejection.js';
import { heartbeat, newSandbox, openFixture, type StoreFixture } from './store-fixture.js';

describe('ExecLogRepository', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
    await fixture.store.workers.upsertHeartbeat(heartbeat('worker-1'));
    await fixture.store.sandboxes.reserve(newSandbox('sb-1'));
  });
  after(() => fixture.close());

  const entry = (overrides: Partial<NewExecLog> = {}): NewExecLog => ({
    sandboxId: 'sb-1',
    command: 'true',
    mode: 'shell',
    exitCode: 0,
    outcome: 'completed',
    durationMs: 12,
    startedAt: new Date('2030-01-01T00:00:01.234Z'),
    requestId: 'req-1',
    ...overrides,
  });

  it('lists what was appended, newest first, in pages', async () => {
    const { execLogs } = fixture.store;
    const first = await execLogs.append(entry({ command: 'one' }));
    const second = await execLogs.append(entry({ command: 'two', exitCode: null, outcome: 'timeout' }));
    const third = await execLogs.append(entry({ command: 'three' }));
    expect(second).to.deep.equal({
      ...entry({ command: 'two', exitCode: null, outcome: 'timeout' }),
      id: second.id,
    });
    const page = await execLogs.listBySandbox('sb-1', { limit: 2 });
    expect(page.items).to.deep.equal([third, second]);
    const rest = await execLogs.listBySandbox('sb-1', { limit: 2, after: page.nextCursor! });
    expect(rest.items).to.deep.equal([first]);
    expect((await execLogs.listBySandbox('sb-other')).items).to.deep.equal([]);
  });

  it('cuts a long command without splitting a character', async () => {
    const { execLogs } = fixture.store;
    const stored = await execLogs.append(
      entry({ command: `${'x'.repeat(MAX_LOGGED_COMMAND_LENGTH - 1)}😀` }),
    );
    expect(stored.command).to.equal('x'.repeat(MAX_LOGGED_COMMAND_LENGTH - 1));
  });

  it('refuses an unknown sandbox, negative durations and foreign cursors', async () => {
    const { execLogs } = fixture.store;
    const refusal = await rejection(execLogs.append(entry({ sandboxId: 'sb-none' })), 'not_found');
    expect(refusal.message).to.equal('not found: sandbox "sb-none"');
    await rejection(execLogs.append(entry({ durationMs: -1 })), 'invalid_input');
    await rejection(execLogs.append(entry({ outcome: 'exploded' as 'failed' })), 'invalid_input');
    await rejection(execLogs.listBySandbox('sb-1', { after: '1 or 1=1' }), 'invalid_input');
  });
});
