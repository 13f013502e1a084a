import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createDockerProvider, type DockerProviderOptions, type SandboxProvider } from '../../src/index.js';
import { temporaryDirectory } from '../bubblewrap/provider-fixture.js';
import { TEST_IMAGE, type TestEngine, testEngine } from './docker-engine.js';

export interface DockerFixture {
  readonly provider: SandboxProvider;
  readonly engine: TestEngine;
  readonly stateDir: string;
  dispose(): Promise<void>;
}

export async function dockerFixture(options: Partial<DockerProviderOptions> = {}): Promise<DockerFixture> {
  const engine = await testEngine();
  const directory = temporaryDirectory();
  const stateDir = join(directory, 'state');
  const provider = createDockerProvider({
    stateDir,
    socket: engine.socket,
    defaultImage: TEST_IMAGE,
    ...options,
  });
  return {
    provider,
    engine,
    stateDir,
    dispose: async () => {
      await provider.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
