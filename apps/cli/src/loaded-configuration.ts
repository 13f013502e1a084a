import { ConfigError, type LoadedSettings, loadSettings } from '@stacyvm/config';

/** The settings of a file, or why they do not load: for commands that go on all the same. */
export function settingsOrError(
  configFile: string | undefined,
  env: NodeJS.ProcessEnv,
): LoadedSettings | ConfigError {
  try {
    return loadSettings({ configFile, env });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
