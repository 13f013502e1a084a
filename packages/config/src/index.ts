export { type AuditSinkAddress, parseAuditSink } from './audit-sink.js';
export { type ChangedSettings, changedSettings } from './changed-settings.js';
export { type CommandLine, describeFlags, type ProgramFlags, readCommandLine } from './command-line.js';
export { databasePassword } from './database-password.js';
export {
  ConfigError,
  type ConfigErrorCode,
  type ConfigProblem,
  type ConfigProblemCode,
  describeProblem,
} from './errors.js';
export { type JsonSchema, settingsSchema } from './json-schema.js';
export { loadForStart } from './load-for-start.js';
export { type LoadedSettings, type LoadOptions, loadSettings } from './load-settings.js';
export type { OidcIssuer } from './oidc-issuers/oidc-issuer.js';
export { describeOrigin, type Origin } from './origin.js';
export { isPlaceholder } from './placeholder.js';
export { type ProgramHost, packageVersion, type RunningProgram, runProgram } from './program.js';
export { Secret } from './secret.js';
export {
  environmentName,
  type Program,
  SETTINGS,
  type SettingDefinition,
  type SettingKey,
  type Settings,
} from './settings.js';
export { settingsReference } from './settings-reference.js';
export { type ShownSetting, showSettings } from './show-settings.js';
export { type ShownValue, withoutPassword } from './shown-value.js';
export { startProblems } from './start-problems.js';
export { starterConfig } from './starter-config.js';
export {
  type RefusedReload,
  type SettingsChange,
  type SettingsStatus,
  type SettingsWatch,
  type WatchSettingsOptions,
  watchSettings,
} from './watch-settings.js';
