export { type CommandLine, describeFlags, type ProgramFlags, readCommandLine } from './command-line.js';
export { databasePassword } from './database-password.js';
export {
  ConfigError,
  type ConfigErrorCode,
  type ConfigProblem,
  type ConfigProblemCode,
  describeProblem,
} from './errors.js';
export { type LoadedSettings, type LoadOptions, loadSettings } from './load-settings.js';
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
export { startProblems } from './start-problems.js';
export {
  type SettingsChange,
  type SettingsWatch,
  type WatchSettingsOptions,
  watchSettings,
} from './watch-settings.js';
