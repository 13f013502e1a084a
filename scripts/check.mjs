// `npm run check`: everything that can be said about the code without running it. All checks run; any failure fails.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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

await afterSetup(async () => {
  const waiting = [...CHECKS];
  let failed = 0;
  const runThem = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [title, command, args] = next;
      try {
        await promisify(execFile)(command, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
      } catch (error) {
        failed += 1;
        console.error(`${title}: failed\n${error.stdout ?? ''}${error.stderr || error.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runThem));
  console.log(
    failed === 0 ? `${CHECKS.length} checks passed` : `${failed} of ${CHECKS.length} checks failed`,
  );
  return failed === 0 ? 0 : 1;
});
