import { expect } from 'chai';
import { sandboxDefaults } from '../src/sandbox-defaults.js';
import { workerSettings } from './worker-fixture.js';

describe('sandboxDefaults', () => {
  const settings = workerSettings({
    'defaults.memory_mb': 256,
    'defaults.vcpus': 2,
    'providers.docker.memory': '1g',
    'providers.docker.cpus': '0.5',
  });

  it('are those of docker for docker', () =>
    expect(sandboxDefaults(settings, 'docker')).to.deep.equal({ memoryMb: 1024, vcpus: 0.5 }));

  for (const provider of ['bubblewrap', 'mock'])
    it(`are the ones of all for ${provider}`, () =>
      expect(sandboxDefaults(settings, provider)).to.deep.equal({ memoryMb: 256, vcpus: 2 }));

  for (const [size, memoryMb] of [
    ['512m', 512],
    ['512M', 512],
    ['512mb', 512],
    ['2g', 2048],
    ['65536k', 64],
    ['67108864', 64],
    ['67108864b', 64],
    ['67108865', 65],
  ] as const) {
    it(`read ${size} as ${memoryMb} MiB`, () => {
      const flags = { 'providers.docker.memory': size };
      expect(sandboxDefaults(workerSettings(flags), 'docker').memoryMb).to.equal(memoryMb);
    });
  }
});
