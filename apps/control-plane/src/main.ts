import {
  describeFlags,
  loadForStart,
  type ProgramFlags,
  packageVersion,
  readCommandLine,
  runProgram,
} from '@stacyvm/config';
import { createLogger } from '@stacyvm/logging';
import { createWatchedSettings } from './watched-settings.js';

const FLAGS: ProgramFlags = {
  host: 'server.host',
  port: 'server.port',
  'api-key-file': 'auth.api_key_file',
  'admin-api-key-file': 'auth.admin_api_key_file',
  'worker-signing-key-file': 'auth.worker_signing_key_file',
  'database-path': 'database.path',
  'database-dsn-file': 'database.dsn_file',
  'log-level': 'logging.level',
  'log-format': 'logging.format',
};

await runProgram(async () => {
  const { configFile, flags, flagNames, print } = readCommandLine(process.argv.slice(2), FLAGS);
  const version = packageVersion(import.meta.url);
  if (print === 'help') {
    process.stdout.write(
      describeFlags('stacyvm-control-plane', 'Serves the StacyVM API and its workers.', FLAGS),
    );
    return undefined;
  }
  if (print === 'version') {
    process.stdout.write(`${version}\n`);
    return undefined;
  }
  const load = () => loadForStart('control-plane', { configFile, flags, flagNames });
  const initial = load();
  const { settings, configFile: usedFile } = initial;
  const logger = createLogger({
    level: settings['logging.level'],
    format: settings['logging.format'],
    service: 'control-plane',
  });
  logger.info('control plane starts', { version, config_file: usedFile ?? 'none', node: process.version });
  const watch = createWatchedSettings({ initial, load, logger });
  // Not before it is needed: help and a configuration that is refused should not wait for it.
  const { startControlPlane } = await import('./control-plane.js');
  const controlPlane = await startControlPlane({ settings, logger, version, settingsSource: watch });
  logger.info('control plane listens', { url: controlPlane.url });
  watch.start(controlPlane.reload);
  return {
    reload: watch.reload,
    async stop() {
      watch.stop();
      logger.info('control plane stops');
      await controlPlane.stop();
      logger.info('control plane stopped');
    },
  };
});
