import { createLogger } from '@stacyvm/logging';
import { createMockProvider, type SandboxProvider, type SandboxSpec } from '@stacyvm/providers';
import type { LeasedRpcContext } from '@stacyvm/worker-rpc';
import { expect } from 'chai';
import { Holdings } from '../src/holdings.js';
import { createRpcMethods } from '../src/rpc-methods.js';
import { sandboxDefaults } from '../src/sandbox-defaults.js';
import { workerSettings } from './worker-fixture.js';

describe('the limits of a sandbox', () => {
  const spawned: SandboxSpec[] = [];
  const logger = createLogger({ level: 'error', format: 'json', service: 'worker' });
  const holdings = new Holdings(logger, () => new Date());
  const settings = workerSettings({ 'providers.docker.memory': '96m', 'providers.docker.cpus': '0.5' });

  /** A provider under another name, which runs nothing. */
  function named(name: string): readonly [string, SandboxProvider] {
    const mock = createMockProvider();
    const provider = Object.assign(Object.create(mock) as SandboxProvider, {
      name,
      spawn(spec: SandboxSpec) {
        spawned.push(spec);
        return mock.spawn(spec);
      },
      destroy: (id: string) => mock.destroy(id),
    });
    return [name, provider];
  }
  const methods = createRpcMethods({
    holdings,
    providers: new Map([named('docker'), named('mock')]),
    defaultProvider: 'mock',
    defaultsOf: (provider) => sandboxDefaults(settings, provider),
    maxSandboxes: 50,
    isDraining: () => false,
    drain: () => undefined,
    renewLease: () => Promise.reject(new Error('not in this test')),
  });
  after(() => holdings.close());

  async function limitsOf(provider: string, memoryMb = 0, vcpus = 0): Promise<unknown> {
    const sandboxId = `sb-${spawned.length}`;
    const lease = {
      resourceType: 'sandbox',
      resourceId: sandboxId,
      holderId: 'w',
      generation: 1,
      expiresAt: new Date(Date.now() + 60_000),
    };
    await methods.spawn(
      { sandboxId, image: 'host', provider, memoryMb, vcpus, metadata: {}, networkMode: '', ownerId: '' },
      {
        lease,
        signal: new AbortController().signal,
      } as unknown as LeasedRpcContext,
    );
    const spec = spawned.at(-1);
    return [spec?.memoryMb, spec?.vcpus];
  }

  it('are those of docker where a request to docker has none', async () => {
    expect(await limitsOf('docker')).to.deep.equal([96, 0.5]);
    expect(await limitsOf('Docker', 64)).to.deep.equal([64, 0.5]);
    expect(await limitsOf('docker', 0, 2)).to.deep.equal([96, 2]);
  });

  it('are those of all where a request to another has none, or names no provider', async () => {
    expect(await limitsOf('mock')).to.deep.equal([1024, 1]);
    expect(await limitsOf('')).to.deep.equal([1024, 1]);
  });
});
