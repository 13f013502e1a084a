import { expect } from 'chai';
import { containerPolicy } from '../../src/docker/docker-options.js';
import { createDockerProvider, type DockerProviderOptions, ProviderError } from '../../src/index.js';

describe('containerPolicy', () => {
  it('is strict by default', () => {
    expect(containerPolicy({ stateDir: '/x' })).to.deep.equal({
      runtime: 'runc',
      networkMode: 'none',
      seccompProfile: 'default',
      readOnlyRootfs: false,
      pidsLimit: 256,
      user: '',
      droppedCapabilities: ['ALL'],
      addedCapabilities: [],
      tmpfs: {},
    });
  });

  it('knows the default network of an engine by its one name', () => {
    expect(containerPolicy({ stateDir: '/x', networkMode: 'default' }).networkMode).to.equal('bridge');
    const provider = createDockerProvider({ stateDir: '/x', networkMode: 'default' });
    expect(provider.networks()).to.deep.equal(['none', 'bridge']);
  });

  const refused: ReadonlyArray<Partial<DockerProviderOptions>> = [
    { networkMode: 'host' },
    { networkMode: 'container:other' },
    { seccompProfile: 'profile.json' },
    { pidsLimit: 1 },
    { pidsLimit: -1 },
    { pidsLimit: 20.5 },
    { addedCapabilities: ['SYS_ADMIN'] },
    { addedCapabilities: ['CAP_SYS_MODULE'] },
    { addedCapabilities: ['ALL'] },
    { addedCapabilities: ['net bind'] },
    { droppedCapabilities: ['-'] },
    { tmpfs: { scratch: '' } },
  ];
  for (const option of refused) {
    it(`refuses ${JSON.stringify(option)}`, () => {
      expect(() => createDockerProvider({ stateDir: '/x', ...option }))
        .to.throw(ProviderError)
        .with.property('code', 'invalid_request');
    });
  }
});
