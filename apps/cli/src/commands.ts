import type { CommandModule } from 'yargs';

type AnyCommand = CommandModule<object, never>;

/** Loads each command when it is needed: a command should not wait for what the others import. */
const LOADERS: Readonly<Record<string, () => Promise<unknown>>> = {
  worker: async () => (await import('./commands/worker-token/group.js')).workerCommand,
  status: async () => (await import('./commands/status.js')).statusCommand,
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand,
  dev: async () => (await import('./commands/dev.js')).devCommand,
  run: async () => (await import('./commands/run.js')).runCommand,
  loadtest: async () => (await import('./commands/loadtest/group.js')).loadtestCommand,
  support: async () => (await import('./commands/support/group.js')).supportCommand,
  spawn: async () => (await import('./commands/spawn.js')).spawnCommand,
  events: async () => (await import('./commands/events.js')).eventsCommand,
  exec: async () => (await import('./commands/exec.js')).execCommand,
  cp: async () => (await import('./commands/cp.js')).cpCommand,
  extend: async () => (await import('./commands/extend.js')).extendCommand,
  list: async () => (await import('./commands/list.js')).listCommand,
  kill: async () => (await import('./commands/kill.js')).killCommand,
  logs: async () => (await import('./commands/logs.js')).logsCommand,
  config: async () => (await import('./commands/config/group.js')).configCommand,
  tls: async () => (await import('./commands/tls/group.js')).tlsCommand,
  audit: async () => (await import('./commands/audit/group.js')).auditCommand,
  policy: async () => (await import('./commands/policy/group.js')).policyCommand,
  quota: async () => (await import('./commands/quota/group.js')).quotaCommand,
  tenant: async () => (await import('./commands/tenant/group.js')).tenantCommand,
  apikey: async () => (await import('./commands/apikey/group.js')).apiKeyCommand,
  auth: async () => (await import('./commands/auth/group.js')).authCommand,
  completion: async () => (await import('./commands/completion.js')).completionCommand,
  version: async () => (await import('./commands/version.js')).versionCommand,
};

/** The command that `word` names; every command when it names none, for help and suggestions. */
export async function loadCommands(word: string | undefined): Promise<readonly AnyCommand[]> {
  // What yargs answers by itself.
  if (word === '--version') return [];
  const named = Object.hasOwn(LOADERS, word ?? '') ? LOADERS[word ?? ''] : undefined;
  const loaders = named === undefined ? Object.values(LOADERS) : [named];
  return (await Promise.all(loaders.map((load) => load()))) as readonly AnyCommand[];
}
