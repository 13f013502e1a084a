import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createBubblewrapProvider } from '../../src/index.js';
import { eventually, rejection, spec } from '../sandbox-run.js';
import { hostProcesses, temporaryDirectory } from './provider-fixture.js';

describe('bubblewrap: check', () => {
  let directory: string;

  beforeEach(() => {
    directory = temporaryDirectory();
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const providerWith = (script: string) => {
    const bwrapPath = join(directory, 'bwrap');
    writeFileSync(bwrapPath, `#!/bin/sh\n${script}\n`);
    chmodSync(bwrapPath, 0o755);
    chmodSync(directory, 0o755);
    return createBubblewrapProvider({ stateDir: join(directory, 'state'), bwrapPath, cgroups: 'off' });
  };

  it('says how to install bubblewrap when it is missing', async () => {
    const provider = createBubblewrapProvider({
      stateDir: join(directory, 'state'),
      bwrapPath: 'no-such-bwrap',
    });
    const health = await provider.check();
    expect(health.available).to.equal(false);
    expect(health).to.have.property('reason').that.includes('apt-get install bubblewrap');
    const error = await rejection(provider.spawn(spec('sb')));
    expect(error.code).to.equal('unavailable');
    await provider.close();
  });

  it('passes on what bubblewrap says when user namespaces are forbidden', async () => {
    const provider = providerWith(
      'case "$1" in --version) echo bubblewrap 9.9.9;; --help) echo --perms --size;; ' +
        '*) echo "bwrap: No permissions to create new namespace: Operation not permitted" >&2; exit 1;; esac',
    );
    const health = await provider.check();
    expect(health).to.have.property('available', false);
    expect(health)
      .to.have.property('reason')
      .that.includes('No permissions to create new namespace')
      .and.includes('user.max_user_namespaces');
    await provider.close();
  });

  it('leaves nothing of a bubblewrap that is given up before it tells of its child', async () => {
    const provider = providerWith(
      'case "$1" in --version) echo bubblewrap 9.9.9;; --help) echo --perms --size;; *) sleep 774001 & wait;; esac',
    );
    const cancel = new AbortController();
    const spawning = rejection(provider.spawn(spec('sb'), cancel.signal));
    await eventually('its child runs', () => hostProcesses('sleep 774001').length > 0);
    cancel.abort();
    expect((await spawning).code).to.equal('cancelled');
    expect(hostProcesses('sleep 774001')).to.deep.equal([]);
    await provider.close();
  });

  it('refuses a bubblewrap that is too old', async () => {
    const health = await providerWith('echo bubblewrap 0.3.0').check();
    expect(health).to.have.property('reason').that.includes('too old');
  });

  for (const [name, value] of [
    ['pidsLimit', 3],
    ['pidsLimit', 1.5],
    ['uidBase', 0],
  ] as const) {
    it(`refuses ${name} ${value}`, () => {
      expect(() => createBubblewrapProvider({ stateDir: directory, [name]: value }))
        .to.throw()
        .with.property('code', 'invalid_request');
    });
  }
});
