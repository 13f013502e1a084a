import type { Flags } from './worker-fixture.js';

/** Settings as a configuration file has them. */
export function sectionsOf(flags: Flags): Record<string, unknown> {
  const sections: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flags)) {
    const names = path.split('.');
    let section = sections;
    for (const name of names.slice(0, -1)) {
      section[name] ??= {};
      section = section[name] as Record<string, unknown>;
    }
    section[names.at(-1) ?? ''] = value;
  }
  return sections;
}
