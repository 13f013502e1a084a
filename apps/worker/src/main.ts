import {
  describeFlags,
  loadSettings,
  type ProgramFlags,
  packageVersion,
  readCommandLine,
  runProgram,
} from '@stacyvm/config';
import { createLogger } from '@stacyvm/logging';
import { startWorker } from './worker.js';

const FLAGS: ProgramFlags = {
  id: 'worker.id',
  'control-plane': 'worker.control_plane_url',
  listen: 'worker.listen_addr',
  'advertise-url': 'worker.advertise_url',
  'worker-token-file': 'worker.token_file',
  'worker-signing-key-file': 'auth.worker_signing_key_file',
  'heartbeat-interval': 'worker.heartbeat_interval',
  'state-dir': 'worker.state_dir',
  'max-sandboxes': 'worker.max_sandboxes',
  'log-level': 'logging.level',
  'log-format': 'logging.format',
};

await runProgram(async () => {
  const { configFile, flags, print } = readCommandLine(process.argv.slice(2), FLAGS);
  if (print === 'help') {
    process.stdout.write(
      describeFlags('stacyvm-worker', 'Runs sandboxes for a StacyVM control plane.', FLAGS),
    );
    return undefined;
  }
  if (print === 'version') {
    process.stdout.write(`${packageVersion(import.meta.url)}\n`);
    return undefined;
  }
  const { settings, configFile: usedFile } = loadSettings({ configFile, flags });
  const logger = createLogger({
    level: settings['logging.level'],
    format: settings['logging.format'],
    service: 'worker',
  });
  logger.info('worker starts', { config_file: usedFile ?? 'none', node: process.version });
  const worker = await startWorker(settings, logger);
  void worker.registered.then(() => logger.info('worker joined', { worker_id: worker.id }));
  return {
    async stop() {
      logger.info('worker stops');
      await worker.stop();
      logger.info('worker stopped');
    },
  };
});
