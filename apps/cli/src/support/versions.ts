import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, release } from 'node:os';

const packages = createRequire(import.meta.url);

const PACKAGES = [
  'api',
  'cli',
  'config',
  'control-plane',
  'duration',
  'logging',
  'orchestrator',
  'providers',
  'store',
  'token',
  'worker',
] as const;

/** What runs here, and in which versions. */
export function versions(): Readonly<Record<string, unknown>> {
  return {
    node: process.versions.node,
    os: { platform: platform(), release: release(), arch: arch() },
    stacyvm: PACKAGES.map((name) => ({ name: `@stacyvm/${name}`, version: versionOf(`@stacyvm/${name}`) })),
  };
}

function versionOf(name: string): string {
  const manifest = readFileSync(packages.resolve(`${name}/package.json`), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
