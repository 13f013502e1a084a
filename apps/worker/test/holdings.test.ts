import { createMockProvider, ProviderError, type SandboxProvider } from '@stacyvm/providers';
import type { LeaseToken } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { Holdings } from '../src/holdings.js';
import { eventually } from './eventually.js';
import { captureLogs } from './log-capture.js';

function lease(resourceId: string, ttlMs = 60_000, generation = 1): LeaseToken {
  return { resourceId, holderId: 'w', generation, expiresAt: new Date(Date.now() + ttlMs) };
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('Holdings', () => {
  let provider: SandboxProvider;
  let holdings: Holdings;
  let logs: ReturnType<typeof captureLogs>;
  beforeEach(() => {
    provider = createMockProvider();
    logs = captureLogs();
    holdings = new Holdings(logs.logger);
  });
  afterEach(async () => {
    holdings.close();
    await provider.close();
  });

  const start = (id: string) => () =>
    provider.spawn({ sandboxId: id, image: 'host', memoryMb: 64, vcpus: 1 });
  const running = async () => (await provider.list()).map(({ sandboxId }) => sandboxId);

  it('hold what was spawned, with the generation of its lease', async () => {
    await holdings.hold(lease('sb-1', 60_000, 4), provider, start('sb-1'));
    expect(holdings.list()).to.deep.equal([{ id: 'sb-1', generation: 4 }]);
    expect(holdings.providerOf('sb-1')).to.equal(provider);
    await holdings.destroy('sb-1');
    expect([holdings.size, await running()]).to.deep.equal([0, []]);
  });

  it('live as long as their renewed lease', async () => {
    await holdings.hold(lease('sb-1', 60_000, 4), provider, start('sb-1'));
    holdings.renewed(lease('sb-1', 10, 3));
    holdings.renewed(lease('sb-2', 10, 9));
    expect(holdings.list()).to.deep.equal([{ id: 'sb-1', generation: 4 }]);
    holdings.renewed(lease('sb-1', 10, 5));
    expect(holdings.list()).to.deep.equal([{ id: 'sb-1', generation: 5 }]);
    await eventually(async () => expect(await running()).to.deep.equal([]));
  });

  it('do not hold what could not be spawned', async () => {
    const refused = failure(
      holdings.hold(lease('sb-1'), provider, () => Promise.reject(new ProviderError('spawn_failed', 'no'))),
    );
    expect(holdings.has('sb-1'), 'while it starts, it counts').to.equal(true);
    expect(await refused).to.include({ code: 'spawn_failed' });
    expect(holdings.size).to.equal(0);
  });

  it('keep a sandbox that is there when a second spawn of it fails', async () => {
    await holdings.hold(lease('sb-1'), provider, start('sb-1'));
    await failure(
      holdings.hold(lease('sb-1'), provider, () => Promise.reject(new ProviderError('unavailable', 'no'))),
    );
    expect(holdings.has('sb-1')).to.equal(true);
  });

  it('keep a sandbox whose first spawn fails while a second one succeeds', async () => {
    let fail = (): void => undefined;
    const first = failure(
      holdings.hold(
        lease('sb-1'),
        provider,
        () =>
          new Promise((_, reject) => {
            fail = () => reject(new ProviderError('spawn_failed', 'no'));
          }),
      ),
    );
    const second = holdings.hold(lease('sb-1', 60_000, 2), provider, start('sb-1'));
    fail();
    await first;
    await second;
    expect(holdings.list()).to.deep.equal([{ id: 'sb-1', generation: 2 }]);
  });

  it('know nothing of a sandbox that was not spawned here', async () => {
    await start('sb-other')();
    expect(() => holdings.providerOf('sb-other')).to.throw(ProviderError, 'sandbox not found: sb-other');
    await holdings.destroy('sb-other');
    expect(await running(), 'not theirs to destroy').to.deep.equal(['sb-other']);
  });

  it('refuse a spawn of a sandbox that another provider has', async () => {
    await holdings.hold(lease('sb-1'), provider, start('sb-1'));
    const other = createMockProvider();
    const refused = await failure(holdings.hold(lease('sb-1'), other, start('sb-1')));
    expect(refused).to.include({ code: 'invalid_request' });
    expect(holdings.providerOf('sb-1')).to.equal(provider);
  });

  describe('the end of a lease', () => {
    it('destroys the sandbox', async () => {
      await holdings.hold(lease('sb-1', 50), provider, start('sb-1'));
      await eventually(async () => expect([holdings.size, await running()]).to.deep.equal([0, []]));
      expect(logs.text()).to.contain('its lease ended');
    });

    it('destroys at once what came with a lease that has ended', async () => {
      await holdings.hold(lease('sb-1', -1), provider, start('sb-1'));
      await eventually(async () => expect(await running()).to.deep.equal([]));
    });

    it('is put off by a new lease', async () => {
      await holdings.hold(lease('sb-1', 50), provider, start('sb-1'));
      await holdings.hold(lease('sb-1', 60_000, 2), provider, start('sb-1'));
      await holdings.hold(lease('sb-2', 100), provider, start('sb-2'));
      await eventually(async () => expect(await running()).to.deep.equal(['sb-1']));
      expect(holdings.list()).to.deep.equal([{ id: 'sb-1', generation: 2 }]);
    });

    it('is not mistaken when it is further away than a timer reaches', async () => {
      const years = 10 * 365 * 24 * 3_600_000;
      await holdings.hold(lease('sb-1', years), provider, start('sb-1'));
      await holdings.hold(lease('sb-2', 50), provider, start('sb-2'));
      await eventually(async () => expect(await running()).to.deep.equal(['sb-1']));
    });

    it('is told by the clock that it is given', async () => {
      const early = new Holdings(logs.logger, () => new Date(Date.now() + 3_600_000));
      await early.hold(lease('sb-1', 60_000), provider, start('sb-1'));
      await eventually(async () => expect(await running()).to.deep.equal([]));
    });
  });

  describe('destroy', () => {
    it('may be repeated, and at the same time', async () => {
      await holdings.hold(lease('sb-1'), provider, start('sb-1'));
      await Promise.all([holdings.destroy('sb-1', 2), holdings.destroy('sb-1', 2)]);
      await holdings.destroy('sb-1', 2);
      expect(holdings.size).to.equal(0);
    });

    it('while it starts: the sandbox is destroyed, and its spawn fails', async () => {
      let finish = (): void => undefined;
      const started = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const spawned = failure(
        holdings.hold(lease('sb-1'), provider, async () => {
          await started;
          return start('sb-1')();
        }),
      );
      await holdings.destroy('sb-1', 2);
      finish();
      expect(await spawned).to.include({ code: 'cancelled' });
      expect([holdings.size, await running()]).to.deep.equal([0, []]);
    });

    it('that fails leaves the sandbox held, so that it can be repeated', async () => {
      await holdings.hold(lease('sb-1'), provider, start('sb-1'));
      const destroy = provider.destroy.bind(provider);
      provider.destroy = () => Promise.reject(new ProviderError('destroy_failed', 'no'));
      expect(await failure(holdings.destroy('sb-1'))).to.include({ code: 'destroy_failed' });
      expect(holdings.has('sb-1')).to.equal(true);
      provider.destroy = destroy;
      await holdings.destroy('sb-1');
      expect([holdings.size, await running()]).to.deep.equal([0, []]);
    });
  });

  describe('use', () => {
    /** Begins to destroy the sandbox; it goes on when the test says so. */
    async function beginToDestroy(id: string): Promise<() => Promise<void>> {
      let goOn = (): void => undefined;
      const going = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const destroy = provider.destroy.bind(provider);
      provider.destroy = async (sandboxId) => {
        await going;
        await destroy(sandboxId);
      };
      const destroyed = holdings.destroy(id);
      return async () => {
        goOn();
        await destroyed;
      };
    }

    it('works in a sandbox that is held, and passes its failures on', async () => {
      await holdings.hold(lease('sb-1'), provider, start('sb-1'));
      expect(await holdings.use('sb-1', async (used) => used === provider)).to.equal(true);
      const refused = holdings.use('sb-1', () => Promise.reject(new ProviderError('exec_failed', 'no')));
      expect(await failure(refused)).to.include({ code: 'exec_failed' });
    });

    it('does not begin in a sandbox that is being destroyed, and does not know one that was', async () => {
      await holdings.hold(lease('sb-1'), provider, start('sb-1'));
      const finish = await beginToDestroy('sb-1');
      let begun = false;
      const refused = holdings.use('sb-1', async () => {
        begun = true;
      });
      expect(await failure(refused)).to.include({ code: 'conflict', status: 409, reason: 'sandbox_ending' });
      expect(begun).to.equal(false);
      await finish();
      expect(await failure(holdings.use('sb-1', async () => undefined))).to.include({
        code: 'sandbox_not_found',
      });
    });

    for (const code of ['unavailable', 'sandbox_not_found', 'exec_failed', 'cancelled'] as const) {
      it(`says that the sandbox was destroyed when work fails under it (${code})`, async () => {
        await holdings.hold(lease('sb-1'), provider, start('sb-1'));
        const work = holdings.use('sb-1', async () => {
          const finish = await beginToDestroy('sb-1');
          await finish();
          throw new ProviderError(code, 'gone');
        });
        expect(await failure(work)).to.include({ code: 'conflict', reason: 'sandbox_destroyed' });
      });
    }

    it('passes on what the destruction has nothing to do with', async () => {
      await holdings.hold(lease('sb-1'), provider, start('sb-1'));
      const work = holdings.use('sb-1', async () => {
        const finish = await beginToDestroy('sb-1');
        await finish();
        throw new ProviderError('file_not_found', 'no such file');
      });
      expect(await failure(work)).to.include({ code: 'file_not_found' });
    });
  });

  describe('release', () => {
    it('destroys what is held, and passes over what is not', async () => {
      for (const id of ['sb-1', 'sb-2']) await holdings.hold(lease(id), provider, start(id));
      await holdings.release(['sb-unknown', 'sb-1', '../x', '']);
      expect(await running()).to.deep.equal(['sb-2']);
    });

    it('goes on when one cannot be destroyed, and says so', async () => {
      for (const id of ['sb-1', 'sb-2']) await holdings.hold(lease(id), provider, start(id));
      const destroy = provider.destroy.bind(provider);
      provider.destroy = (id) =>
        id === 'sb-1' ? Promise.reject(new ProviderError('destroy_failed', 'no')) : destroy(id);
      await holdings.release(['sb-1', 'sb-2']);
      expect(await running()).to.deep.equal(['sb-1']);
      expect(logs.text()).to.contain('could not be destroyed; trying again');
      provider.destroy = destroy;
    });
  });

  it('after their end destroy what was still starting', async () => {
    let finish = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const spawned = failure(
      holdings.hold(lease('sb-1'), provider, async () => {
        await started;
        return start('sb-1')();
      }),
    );
    holdings.close();
    finish();
    expect(await spawned).to.include({ code: 'cancelled' });
    expect(await running()).to.deep.equal([]);
  });
});
