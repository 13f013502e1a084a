import {
  describeFlags,
  describeProblem,
  loadForStart,
  type ProgramFlags,
  packageVersion,
  type RunningProgram,
  readCommandLine,
  runProgram,
  watchSettings,
} from '@stacyvm/config';
import { createLogger } from '@stacyvm/logging';
import { sendOneHeartbeat } from './one-heartbeat.js';
import { startWorker } from './worker.js';

const FLAGS: ProgramFlags = {
  id: 'worker.id',
  'control-plane': 'worker.control_plane_url',
  listen: 'worker.listen_addr',
  'advertise-url': 'worker.advertise_url',
  'join-token-file': 'worker.join_token_file',
  'worker-token-file': 'worker.token_file',
  'worker-signing-key-file': 'auth.worker_signing_key_file',
  'heartbeat-interval': 'worker.heartbeat_interval',
  'state-dir': 'worker.state_dir',
  'max-sandboxes': 'worker.max_sandboxes',
  'log-level': 'logging.level',
  'log-format': 'logging.format',
};
const ONCE = '--once';

const starting = new AbortController();
for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const)
  process.once(event, () => starting.abort(new Error(`ended by ${event} while it started`)));

await runProgram(async () => {
  const argv = process.argv.slice(2);
  const { configFile, flags, flagNames, print } = readCommandLine(
    argv.filter((argument) => argument !== ONCE),
    FLAGS,
  );
  if (print === 'help') {
    process.stdout.write(
      `${describeFlags('stacyvm-worker', 'Runs sandboxes for a StacyVM control plane.', FLAGS)}
With ${ONCE} it sends one heartbeat instead, which offers nothing, and ends with 0 if that was accepted, else with 1.
`,
    );
    return undefined;
  }
  if (print === 'version') {
    process.stdout.write(`${packageVersion(import.meta.url)}\n`);
    return undefined;
  }
  const load = () => loadForStart('worker', { configFile, flags, flagNames });
  const loaded = load();
  const { settings } = loaded;
  const logger = createLogger({
    level: settings['logging.level'],
    format: settings['logging.format'],
    service: 'worker',
  });
  const { signal } = starting;
  if (argv.includes(ONCE)) {
    await sendOneHeartbeat(settings, logger, { signal });
    logger.info('heartbeat accepted');
    return undefined;
  }

  for (const warning of loaded.warnings) logger.warn('configuration', { problem: describeProblem(warning) });
  logger.info('worker starts', { config_file: loaded.configFile ?? 'none', node: process.version });
  const worker = await startWorker(settings, logger, { signal }).catch((error: unknown) => {
    if (error !== signal.reason) throw error;
    return undefined;
  });
  if (worker === undefined) return undefined;
  void worker.registered.then(() => logger.info('worker joined', { worker_id: worker.id }));

  const watch = watchSettings({
    initial: loaded,
    load,
    onChange: (change) => worker.reload(change.settings),
    onError: (error) => logger.error('settings not reloaded; those before stay in force', { error }),
  });
  return {
    reload() {
      watch.reload();
      worker.reload();
    },
    async stop() {
      watch.stop();
      logger.info('worker stops');
      await worker.stop();
      logger.info('worker stopped');
    },
  } satisfies RunningProgram;
});
