import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { loadSettings, type SettingKey } from '@stacyvm/config';
import { openStore, type Store } from '@stacyvm/store';
import { createMigratedDatabase, type TestDatabase } from '@stacyvm/store/testing';
import type { AnswerCheck } from '../src/answer-check.js';
import { type ControlPlane, startControlPlane } from '../src/control-plane.js';
import { checkAgainstContract } from './check-against-contract.js';
import { captureLogs, type LogCapture } from './log-capture.js';

export type Flags = Readonly<Partial<Record<SettingKey, unknown>>>;

/** A control plane on a port of its own, its database, and what it logs. */
export interface Fixture {
  readonly url: string;
  readonly port: number;
  readonly apiKey: string;
  readonly adminKey: string;
  /** The master signing key of worker tokens. */
  readonly signingKey: string;
  readonly logs: LogCapture;
  /** A view of the same database beside the control plane's own. */
  readonly store: Store;
  readonly database: TestDatabase;
  readonly controlPlane: ControlPlane;
  /** Puts other settings in force, on top of those that it was started with. */
  reload(flags: Flags): void;
  /** Another control plane on the same database, with the same keys and the same log. */
  beside(
    flags?: Flags,
  ): Promise<Pick<Fixture, 'url' | 'apiKey' | 'adminKey' | 'signingKey' | 'controlPlane'>>;
  /** Stops the control plane; the database stays. */
  stop(): Promise<void>;
  /** Starts it again on the port it had. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

/** Every answer of its control planes is held against the contract; `dispose` throws when one was outside it. */
export async function startFixture(flags: Flags = {}): Promise<Fixture> {
  const database = await createMigratedDatabase();
  const [apiKey, adminKey, signingKey] = [secret(), secret(), secret()];
  const logs = captureLogs();
  const violations: unknown[] = [];
  const answerCheck: AnswerCheck = (...answer) => {
    try {
      checkAgainstContract(...answer);
    } catch (violation) {
      violations.push(violation);
      throw violation;
    }
  };
  const settings = (port: number, more: Flags) =>
    settingsFor({
      'server.host': '127.0.0.1',
      'server.port': port,
      'server.shutdown_timeout': '5s',
      'auth.api_key': apiKey,
      'auth.admin_api_key': adminKey,
      'auth.worker_signing_key': signingKey,
      'database.driver': 'postgres',
      'database.dsn': database.dsn,
      ...flags,
      ...more,
    });
  const start = (port: number, more: Flags = {}): Promise<ControlPlane> =>
    startControlPlane({
      settings: settings(port, more),
      logger: logs.logger,
      version: '1.2.3',
      answerCheck,
    });
  let controlPlane = await start(0);
  const store = await openStore({ driver: 'postgres', dsn: database.dsn, poolSize: 2 });
  const { url } = controlPlane;
  const port = Number(new URL(url).port);
  const others: ControlPlane[] = [];
  return {
    url,
    port,
    apiKey,
    adminKey,
    signingKey,
    logs,
    store,
    database,
    get controlPlane() {
      return controlPlane;
    },
    reload: (more) => controlPlane.reload(settings(0, more)),
    async beside(more = {}) {
      const other = await start(0, more);
      others.push(other);
      return { url: other.url, apiKey, adminKey, signingKey, controlPlane: other };
    },
    stop: () => controlPlane.stop(),
    async restart() {
      controlPlane = await start(port);
    },
    async dispose() {
      await Promise.all([controlPlane, ...others].map((each) => each.stop()));
      await store.close();
      await database.drop();
      if (violations.length > 0) throw violations[0];
    },
  };
}

/** Settings from these values and the defaults alone. */
export function settingsFor(flags: Flags): ReturnType<typeof loadSettings>['settings'] {
  return loadSettings({ flags, env: {}, cwd: tmpdir(), homeDir: undefined }).settings;
}

export function secret(): string {
  return randomBytes(32).toString('base64url');
}
