import { ConfigError } from './errors.js';
import { type LoadedSettings, type LoadOptions, loadSettings } from './load-settings.js';
import type { Program } from './settings.js';
import { startProblems } from './start-problems.js';

/**
 * Loads the settings of a program that is to run with them, at its start and at every reload.
 *
 * @throws ConfigError as `loadSettings`, and `invalid` with the problems of `startProblems`
 */
export function loadForStart(program: Program, options: LoadOptions = {}): LoadedSettings {
  const loaded = loadSettings(options);
  const problems = startProblems(loaded, program);
  if (problems.length > 0) throw new ConfigError('invalid', problems, loaded.contents);
  return loaded;
}
