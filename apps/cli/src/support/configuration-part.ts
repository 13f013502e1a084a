import {
  ConfigError,
  describeOrigin,
  describeProblem,
  type LoadedSettings,
  showSettings,
} from '@stacyvm/config';

/** The configuration by key, with where each value comes from; of secrets, that they are set. */
export function configurationPart(loaded: LoadedSettings | ConfigError): Readonly<Record<string, unknown>> {
  if (loaded instanceof ConfigError) return { problems: loaded.problems.map(describeProblem) };
  return {
    file: loaded.configFile ?? null,
    warnings: loaded.warnings.map(describeProblem),
    settings: showSettings(loaded).map(({ key, value, origin }) => ({
      key,
      value,
      origin: describeOrigin(origin),
    })),
  };
}
