import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import Docker from 'dockerode';
import { temporaryDirectory } from '../bubblewrap/provider-fixture.js';
import { eventually } from '../sandbox-run.js';
import { makeBusyboxTree } from './busybox-tree.js';

/** Busybox alone. */
export const TEST_IMAGE = 'stacyvm-test/busybox:1';

export interface TestEngine {
  /** What `createDockerProvider` takes: empty for the daemon of this host. */
  readonly socket: string;
  readonly client: Docker;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

let shared: Promise<TestEngine> | undefined;

/** The engine of this host when one answers, else one of the suites' own, which ends with them. */
export async function testEngine(): Promise<TestEngine> {
  shared ??= openEngine();
  return await shared;
}

/** Before a suite that uses the engine: on a busy host one of the suites' own takes longer to start than a test may take. */
export function beforeWithEngine(): void {
  before(async function () {
    this.timeout(START_TIMEOUT_MS + 30_000);
    await testEngine();
  });
}

// A hook of the root suite: it runs when every suite of the run has ended, whichever of them used the engine.
after(async () => {
  const engine = await shared?.catch(() => undefined);
  await engine?.stop();
});

async function openEngine(): Promise<TestEngine> {
  const socket = process.env['DOCKER_HOST'] ?? '/var/run/docker.sock';
  const answers = await new Docker().ping().then(
    () => true,
    () => false,
  );
  const engine = answers
    ? { socket: '', client: new Docker(), stop: removeTestImage }
    : await startEngine(`no Docker daemon answers at ${socket}`);
  await importTestImage(engine.client);
  return engine;
}

async function removeTestImage(): Promise<void> {
  await new Docker().getImage(TEST_IMAGE).remove();
}

async function startEngine(why: string): Promise<TestEngine> {
  if (process.getuid?.() !== 0)
    throw new Error(`${why}; start one: sudo systemctl start docker (and join the group docker)`);
  if (
    !['/usr/sbin', '/usr/bin', '/usr/local/bin'].some((directory) => existsSync(join(directory, 'dockerd')))
  ) {
    throw new Error(`${why}; install one: apt-get install --yes --no-install-recommends docker.io`);
  }
  // Short: the daemon's own sockets are below it.
  const directory = mkdtempSync(join(tmpdir(), 'svm-docker-'));
  const socket = join(directory, 'docker.sock');
  const log = join(directory, 'log');
  writeFileSync(join(directory, 'daemon.json'), '{}');
  const daemon = spawn('dockerd', daemonArguments(directory, socket), {
    stdio: ['ignore', 'ignore', openSync(log, 'w')],
    // Nothing is pulled from the network: registries beyond the loopback are out of reach.
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HTTPS_PROXY: 'http://127.0.0.1:9',
    },
  });
  const ended = once(daemon, 'exit');
  const killAtExit = () => daemon.kill('SIGTERM');
  process.once('exit', killAtExit);
  const stop = async () => {
    daemon.kill('SIGTERM');
    await ended;
    process.removeListener('exit', killAtExit);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await eventually('dockerd answers', () => daemon.exitCode !== null || pings(socket), START_TIMEOUT_MS);
    if (daemon.exitCode !== null) throw new Error('dockerd has ended');
  } catch (cause) {
    const text = readFileSync(log, 'utf8').split('\n').slice(-15).join('\n');
    await stop();
    const advice = 'run these tests where one answers: DOCKER_HOST=unix:///path/to/docker.sock npm test';
    throw new Error(`${why}, and dockerd does not start; ${advice}\n${text}`, { cause });
  }
  return { socket, client: new Docker({ socketPath: socket }), stop };
}

function daemonArguments(directory: string, socket: string): readonly string[] {
  return [
    // A configuration of the host's daemon is not this one's.
    ...['--config-file', join(directory, 'daemon.json')],
    ...['--iptables=false', '--ip6tables=false', '--bridge=none'],
    ...['--data-root', join(directory, 'data'), '--exec-root', join(directory, 'exec')],
    ...['--host', `unix://${socket}`, '--pidfile', join(directory, 'pid')],
  ];
}

function pings(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.once('error', () => resolve(false));
    ping.end();
  });
}

/** The root file system of the image, as a tar archive. */
export function busyboxArchive(): Buffer {
  const directory = temporaryDirectory();
  try {
    makeBusyboxTree(join(directory, 'root'));
    return execFileSync('tar', ['-C', join(directory, 'root'), '-cf', '-', '.'], {
      maxBuffer: 64 * 1024 * 1024,
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function importTestImage(client: Docker): Promise<void> {
  const [repo, tag] = TEST_IMAGE.split(':');
  const progress = await client.importImage(Readable.from([busyboxArchive()]), { repo, tag });
  await new Promise<void>((resolve, reject) => {
    client.modem.followProgress(progress, (error) => (error === null ? resolve() : reject(error)));
  });
}
