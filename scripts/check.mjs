// `npm run check`: everything that can be said about the code without running it. All checks run; any failure fails.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterSetup, root } from './setup.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
const libraries = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));

const CHECKS = [
  ['format and lint', bin('biome'), ['ci', '--error-on-warnings', '.']],
  ['types of the tests', bin('tsc'), ['-p', 'tsconfig.test.json']],
  ['layers', process.execPath, ['scripts/check-layers.mjs']],
  ['generated files', process.execPath, ['scripts/generate.mjs', '--check']],
  ['unused code', bin('knip'), ['--no-progress', '--treat-config-hints-as-errors']],
  ...libraries.map((path) => [
    `exports of ${path.slice(root.length + 1)}`,
    bin('publint'),
    ['--strict', '--pack', 'npm', path],
  ]),
  ...libraries.map((path) => [
    `types of ${path.slice(root.length + 1)}`,
    bin('attw'),
    ['--pack', path, '--profile', 'esm-only', '--format', 'ascii', '--exclude-entrypoints', './openapi.yaml'],
  ]),
];

await afterSetup(() => {
  let failed = 0;
  for (const [title, command, args] of CHECKS) {
    const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    if (result.status === 0) continue;
    failed += 1;
    console.error(`${title}: failed\n${result.stdout ?? ''}${result.stderr ?? ''}`);
  }
  console.log(
    failed === 0 ? `${CHECKS.length} checks passed` : `${failed} of ${CHECKS.length} checks failed`,
  );
  return failed === 0 ? 0 : 1;
});
