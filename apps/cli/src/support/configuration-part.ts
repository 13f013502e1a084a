import { ConfigError, describeOrigin, describeProblem, type LoadedSettings, Secret } from '@stacyvm/config';

/** The configuration by key, with where each value comes from; secrets are named by their kind alone. */
export function configurationPart(loaded: LoadedSettings | ConfigError): Readonly<Record<string, unknown>> {
  if (loaded instanceof ConfigError) return { problems: loaded.problems.map(describeProblem) };
  return {
    file: loaded.configFile ?? null,
    warnings: loaded.warnings.map(describeProblem),
    settings: (Object.keys(loaded.settings) as (keyof typeof loaded.settings)[]).map((key) => ({
      key,
      value: shown(loaded.settings[key]),
      origin: describeOrigin(loaded.origins[key]),
    })),
  };
}

/** Durations are milliseconds. */
function shown(value: unknown): unknown {
  if (value instanceof Secret) return String(value);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, member]) => [name, shown(member)]));
  if (Array.isArray(value)) return value.map(shown);
  return value ?? null;
}
