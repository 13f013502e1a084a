import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import ts from 'typescript';

const run = promisify(execFile);
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

describe('README', () => {
  it('has an example that runs as it stands', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
    const source = new URL('../src/index.ts', import.meta.url).href;
    const { outputText } = ts.transpileModule(example, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    const script = outputText.replace("'@stacyvm/audit'", JSON.stringify(source));
    expect(script).to.contain(source);
    const { stdout } = await run(process.execPath, [
      '--import',
      tsx,
      '--input-type=module',
      '--eval',
      script,
    ]);
    expect(stdout).to.equal('true 0\n');
  });
});
