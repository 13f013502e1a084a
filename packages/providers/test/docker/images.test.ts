import { expect } from 'chai';
import { createDockerProvider } from '../../src/index.js';
import { temporaryDirectory } from '../bubblewrap/provider-fixture.js';
import { rejection, run, spec } from '../sandbox-run.js';
import { beforeWithEngine, busyboxArchive, TEST_IMAGE } from './docker-engine.js';
import { type DockerFixture, dockerFixture } from './docker-fixture.js';
import { startRegistry, type TestRegistry } from './registry-fixture.js';

describe('docker: images', () => {
  beforeWithEngine();
  let fixture: DockerFixture;

  before(async () => {
    fixture = await dockerFixture();
  });

  after(async () => {
    await fixture?.dispose();
  });

  it('knows an image by every spelling of its name, and by nothing else', async () => {
    for (const image of [TEST_IMAGE, `docker.io/${TEST_IMAGE}`]) {
      expect(await fixture.provider.spawn(spec('named', { image }))).to.include({ image });
      await fixture.provider.destroy('named');
    }
    expect(fixture.provider.images()).to.include.members(['host', TEST_IMAGE]);
    const id = (await fixture.engine.client.getImage(TEST_IMAGE).inspect()).Id;
    for (const image of [id, id.slice('sha256:'.length), '-v', '../x']) {
      const error = await rejection(fixture.provider.spawn(spec('by-id', { image })));
      expect(error.code).to.equal('image_unknown');
      expect(error.message).to.include('no image reference');
    }
  });

  describe('that are not on the engine', () => {
    let registry: TestRegistry;

    before(async () => {
      registry = await startRegistry(busyboxArchive());
    });

    after(async () => {
      await registry?.close();
      await fixture.engine.client.getImage(`${registry.host}/tiny:1`).remove();
    });

    it('are not pulled where that is forbidden', async () => {
      const never = await dockerFixture({ pull: 'never' });
      try {
        const image = `${registry.host}/tiny:1`;
        const error = await rejection(never.provider.spawn(spec('sb', { image })));
        expect(error.code).to.equal('image_unknown');
        expect(error.message).to.include(TEST_IMAGE).and.to.include('not pulled here');
        expect(registry.requests).to.deep.equal([]);
      } finally {
        await never.dispose();
      }
    });

    it('are pulled once, and the log says so', async () => {
      const messages: string[] = [];
      const logger = {
        info: (message: string) => void messages.push(message),
        warn: (message: string) => void messages.push(message),
      };
      const pulling = await dockerFixture({ logger });
      try {
        for (const sandboxId of ['first', 'second']) {
          await pulling.provider.spawn(spec(sandboxId, { image: `${registry.host}/tiny:1` }));
          expect((await run(pulling.provider, sandboxId, 'echo pulled')).stdout).to.equal('pulled\n');
        }
        expect(messages).to.deep.equal(['pulling an image', 'pulled an image']);
      } finally {
        await pulling.dispose();
      }
    });

    it('are refused with the reason when the registry lacks them or does not answer', async () => {
      const absent = await rejection(
        fixture.provider.spawn(spec('sb', { image: `${registry.host}/absent:1` })),
      );
      expect(absent.code).to.equal('image_unknown');
      expect(absent.message).to.match(/could not be pulled \(.*manifest unknown/);
      const silent = await rejection(fixture.provider.spawn(spec('sb', { image: '127.0.0.1:9/tiny:1' })));
      expect(silent.message)
        .to.match(/could not be pulled \(.*refused/)
        .and.to.include(TEST_IMAGE);
    });
  });
});

describe('docker: a host without an engine', () => {
  beforeWithEngine();
  it('says that no daemon answers, and where', async () => {
    const stateDir = temporaryDirectory();
    const provider = createDockerProvider({ stateDir, socket: `${stateDir}/none.sock` });
    const health = await provider.check();
    expect(health).to.include({ available: false });
    expect(health)
      .to.have.property('reason')
      .that.includes('no Docker daemon answers')
      .and.includes(`${stateDir}/none.sock`);
    expect((await rejection(provider.spawn(spec('sb')))).code).to.equal('unavailable');
    await provider.close();
  });

  it('names the runtimes that there are', async () => {
    const fixture = await dockerFixture({ runtime: 'no-such-runtime' });
    const health = await fixture.provider.check();
    expect(health)
      .to.have.property('reason')
      .that.includes('no runtime no-such-runtime')
      .and.includes('runc');
    await fixture.dispose();
  });
});
