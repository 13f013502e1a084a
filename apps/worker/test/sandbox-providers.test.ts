import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '@stacyvm/config';
import { expect } from 'chai';
import { openProviders } from '../src/sandbox-providers.js';
import { captureLogs } from './log-capture.js';

describe('openProviders', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'stacyvm-worker-test-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const settingsWith = (flags: Readonly<Record<string, unknown>>) =>
    loadSettings({
      ...{ env: {}, cwd: directory, homeDir: undefined },
      flags: {
        'worker.state_dir': directory,
        'providers.bubblewrap.enabled': false,
        'providers.docker.enabled': true,
        'providers.docker.socket': join(directory, 'no-engine.sock'),
        ...flags,
      },
    }).settings;

  it('says what docker lacks when nothing else is enabled', async () => {
    const { logger } = captureLogs();
    const error = await openProviders(settingsWith({}), logger).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).to.have.property('name', 'NoProviderError');
    expect(error?.message).to.include('docker: ').and.include(join(directory, 'no-engine.sock'));
  });

  it('goes on without docker when another provider works, and logs why', async () => {
    const { logger, text } = captureLogs();
    const providers = await openProviders(settingsWith({ 'providers.mock.enabled': true }), logger);
    expect([...providers.keys()]).to.deep.equal(['mock']);
    expect(text()).to.include('provider not available').and.include('no Docker daemon answers');
  });

  it('does not start with a docker that would not isolate', async () => {
    const { logger } = captureLogs();
    const settings = settingsWith({ 'providers.docker.network_mode': 'host' });
    const error = await openProviders(settings, logger).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).to.include('cannot share the network of the host');
  });
});
