export { type CommandLine, describeFlags, type ProgramFlags, readCommandLine } from './command-line.js';
export { ConfigError, type ConfigErrorCode, type ConfigProblem } from './errors.js';
export { type LoadedSettings, type LoadOptions, loadSettings } from './load-settings.js';
export { type ProgramHost, packageVersion, type RunningProgram, runProgram } from './program.js';
export { Secret } from './secret.js';
export {
  environmentName,
  SETTINGS,
  type SettingDefinition,
  type SettingKey,
  type Settings,
} from './settings.js';
export {
  type SettingsChange,
  type SettingsWatch,
  type WatchSettingsOptions,
  watchSettings,
} from './watch-settings.js';
