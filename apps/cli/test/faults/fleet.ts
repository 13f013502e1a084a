import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '@stacyvm/api';
import { openStore, type Store } from '@stacyvm/store';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@stacyvm/store/testing';
import { deriveWorkerKey } from '@stacyvm/token';
import { eventually, freePort } from '../system.js';
import type { FaultTargets } from './fault-plan.js';
import { controlPlaneYaml, workerYaml } from './fleet-configuration.js';
import { type LinkProxy, openLinkProxy } from './link-proxy.js';
import type { SeededRandom } from './seeded-random.js';
import { type ProgramCrash, type SupervisedProgram, superviseProgram } from './supervised-program.js';
import { openWorkerNetworks, type WorkerNetwork, whyNoNetworks } from './worker-networks.js';

/**
 * Control planes and workers on one Postgres, each a process, with a link that can fail between any two: a proxy, or
 * where it can be had the network of a namespace for all workers but the first.
 */
export interface Fleet {
  readonly directory: string;
  readonly controlPlanes: readonly SupervisedProgram[];
  readonly workers: readonly SupervisedProgram[];
  readonly links: ReadonlyMap<string, LinkProxy>;
  /** By the name of the worker. */
  readonly networks: ReadonlyMap<string, WorkerNetwork>;
  /** Undefined when there are some. */
  readonly whyNoNetworks: string | undefined;
  readonly postgres: EmbeddedPostgres;
  readonly targets: FaultTargets;
  /** One for each control plane. */
  readonly clients: readonly ApiClient[];
  /** Looks into the database past the links. */
  readonly store: Store;
  readonly crashes: readonly ProgramCrash[];
  stateDirectoryOf(workerId: string): string;
  /** Waits until every control plane is ready and every worker, as it runs now, has been heard. */
  settled(timeoutMs: number): Promise<void>;
  /** Stops everything. Tells how each program ended. */
  stop(): Promise<readonly string[]>;
}

const CONTROL_PLANES = 2;
const WORKERS = 3;
/** Together less than the 30 s that tokens allow clocks to differ. */
const MAX_CLOCK_OFFSET_MS = { controlPlane: 5_000, worker: 15_000 };

export async function startFleet(random: SeededRandom): Promise<Fleet> {
  const directory = mkdtempSync(join(tmpdir(), 'faults-'));
  // The database has an account of its own, which must be able to pass through.
  chmodSync(directory, 0o711);
  const write = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const masterKey = randomBytes(32).toString('base64url');
  const apiKey = randomBytes(24).toString('hex');
  write('worker-signing-key', masterKey);
  write('api-key', apiKey);

  const postgres = await startEmbeddedPostgres({ path: join(directory, 'postgres'), keepAlive: false });
  const postgresPort = postgres.address.port();
  const links = new Map<string, LinkProxy>();
  const link = async (name: string, port: number, host?: string): Promise<number> => {
    const proxy = await openLinkProxy(port, host);
    links.set(name, proxy);
    return proxy.port;
  };
  const whyNone = whyNoNetworks();
  const namespaces = whyNone === undefined ? await openWorkerNetworks(WORKERS - 1) : undefined;
  const networks = new Map<string, WorkerNetwork>();
  const host = namespaces?.hostAddress ?? '127.0.0.1';
  const crashes: ProgramCrash[] = [];
  const onCrash = (crash: ProgramCrash): void => {
    crashes.push(crash);
  };
  const offsetOf = (name: string, max: number): (() => number) => {
    const clocks = random.branch(`clock of ${name}`);
    return () => clocks.between(-max, max);
  };

  const controlPlanes: SupervisedProgram[] = [];
  const ports: number[] = [];
  for (let index = 0; index < CONTROL_PLANES; index += 1) {
    const name = `control-plane-${index}`;
    const port = await freePort();
    const dsn = new URL(postgres.dsn());
    dsn.port = String(await link(`postgres of ${name}`, postgresPort));
    write(`${name}.dsn`, dsn.href);
    ports.push(port);
    controlPlanes.push(
      superviseProgram({
        name,
        app: 'control-plane',
        configFile: write(`${name}.yaml`, controlPlaneYaml({ name, host, port })),
        startedMessage: 'control plane listens',
        clockOffsetMs: offsetOf(name, MAX_CLOCK_OFFSET_MS.controlPlane),
        onCrash,
      }),
    );
  }
  const workers: SupervisedProgram[] = [];
  for (let index = 0; index < WORKERS; index += 1) {
    const name = `worker-${index}`;
    const port = await freePort();
    const upPort = ports[index % CONTROL_PLANES]!;
    const network = namespaces?.networks[index - 1];
    if (network !== undefined) networks.set(name, network);
    const wiring =
      network === undefined
        ? {
            listens: `127.0.0.1:${port}`,
            advertises: `127.0.0.1:${await link(`rpc of ${name}`, port)}`,
            controlPlane: `127.0.0.1:${await link(`control plane of ${name}`, upPort, host)}`,
          }
        : {
            listens: `${network.address}:${port}`,
            advertises: `${network.address}:${port}`,
            controlPlane: `${host}:${upPort}`,
          };
    write(`${name}.key`, deriveWorkerKey(masterKey, name));
    workers.push(
      superviseProgram({
        name,
        app: 'worker',
        configFile: write(`${name}.yaml`, workerYaml({ name, ...wiring })),
        enter: network?.enter,
        startedMessage: 'worker listens',
        clockOffsetMs: offsetOf(name, MAX_CLOCK_OFFSET_MS.worker),
        onCrash,
      }),
    );
  }
  const store = await openStore({ driver: 'postgres', dsn: postgres.dsn() });
  for (const program of [...controlPlanes, ...workers]) program.start();

  const clients = ports.map((port) => createApiClient({ baseUrl: `http://${host}:${port}`, apiKey }));
  const linkNames = [...links.keys()];
  return {
    directory,
    controlPlanes,
    workers,
    links,
    networks,
    whyNoNetworks: whyNone,
    postgres,
    clients,
    store,
    crashes,
    targets: {
      workers: workers.map(({ name }) => name),
      controlPlanes: controlPlanes.map(({ name }) => name),
      links: {
        postgres: linkNames.filter((name) => name.startsWith('postgres')),
        worker: linkNames.filter((name) => name.startsWith('rpc')),
        'control plane': linkNames.filter((name) => name.startsWith('control plane')),
      },
      networks: [...networks.keys()],
    },
    stateDirectoryOf: (workerId) => join(directory, `${workerId}-state`, 'sandboxes'),
    async settled(timeoutMs) {
      const programs = [...controlPlanes, ...workers];
      /** When each was last heard before, by whatever clock. */
      let before: ReadonlyMap<string, number> | undefined;
      await eventually(
        async () => {
          if (!programs.every((program) => program.isUp())) return false;
          for (const client of clients) if ((await client.ready()).status !== 'ready') return false;
          const { items } = await store.workers.list();
          const heard = new Map(items.map(({ id, lastHeartbeat }) => [id, lastHeartbeat.getTime()]));
          before ??= heard;
          return (
            items.length === WORKERS &&
            items.every(({ id, status }) => status === 'online' && heard.get(id) !== before?.get(id))
          );
        },
        () => programs.map((program) => program.log().slice(-500)).join('\n'),
        timeoutMs,
      );
    },
    async stop() {
      for (const proxy of links.values()) proxy.set('open');
      const ends = [
        ...(await Promise.all(workers.map(async (program) => `${program.name}: ${await program.stop()}`))),
        ...(await Promise.all(
          controlPlanes.map(async (program) => `${program.name}: ${await program.stop()}`),
        )),
      ];
      await store.close();
      await Promise.all([...links.values()].map((proxy) => proxy.close()));
      await namespaces?.close();
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
      return ends;
    },
  };
}
