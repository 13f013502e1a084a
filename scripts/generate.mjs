// Writes what is generated from packages/api/openapi.yaml. With --check it writes nothing and fails where a file differs.
import { readFile, writeFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import openapiTypescript, { astToString } from 'openapi-typescript';

const contract = new URL('../packages/api/openapi.yaml', import.meta.url);
const generated = new URL('../packages/api/src/generated/', import.meta.url);

const text = await readFile(contract, 'utf8');
const types = astToString(await openapiTypescript(contract, { defaultNonNullable: false }));
const header = '// Generated from openapi.yaml by `npm run generate`. Do not edit.\n';
const outputs = [
  ['contract.ts', `${header}\n${types}`],
  [
    'document.ts',
    `${header}\nexport const openApiDocument: unknown = ${JSON.stringify(load(text), null, 2)};\n`,
  ],
];

let stale = 0;
for (const [name, content] of outputs) {
  const file = new URL(name, generated);
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current === content) continue;
  if (process.argv.includes('--check')) {
    console.error(`packages/api/src/generated/${name} does not match openapi.yaml; run: npm run generate`);
    stale += 1;
  } else {
    await writeFile(file, content);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
