import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import * as lint from '../../src/lint/index.js';
import { lintReportJson, lintSettings } from '../../src/lint/index.js';
import { inDirectory, loadConfiguration } from './configuration.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const section = readme.slice(readme.indexOf('\n## Lint\n'));
const rows = section
  .split('\n')
  .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, '').trim()));

describe('the README of the linter', () => {
  it('has an example that runs', () => {
    const example = /```ts\n(.*?)```/s.exec(section)?.[1] ?? expect.fail('there is no example');
    const source = example.replaceAll(/'@stacyvm\/config(\/lint)?'/g, (_, path = '') => {
      return `'${new URL(`../../src${path}/index.ts`, import.meta.url).href}'`;
    });
    const output = inDirectory((directory) => {
      loadConfiguration(directory, { settings: { 'logging.format': 'json' } });
      return execFileSync(
        process.execPath,
        [
          '--import',
          pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
          '--input-type=module',
          '--eval',
          source,
        ],
        { cwd: directory, encoding: 'utf8', env: { PATH: process.env['PATH'] } },
      );
    });
    expect(output)
      .to.match(
        /^\[IGNORED\] rate_limit\.enabled: .*\n {2}reason: the proxy limits requests\n\[PASS\] logging\.format: /,
      )
      .and.match(/\n1 passed, 0 warned, 0 failed, 1 ignored for production\n$/);
  });

  it('names everything that is exported', () => {
    for (const name of Object.keys(lint)) expect(section).to.include(`\`${name}`);
  });

  it('lists every rule with what it says in both modes', () => {
    const listed = rows.filter(([, development]) => ['pass', 'warn', 'fail'].includes(development ?? ''));
    expect(listed).to.deep.equal(
      lint.LINT_RULES.map(({ demands, id, level, role }) => [
        `\`${id}\``,
        lint.statusOf(level, false),
        lint.statusOf(level, true),
        role,
        demands,
      ]),
    );
  });

  it('names every member of the JSON', () => {
    const report = lintReportJson(
      inDirectory((directory) => lintSettings(loadConfiguration(directory, {}), { production: true })),
    );
    for (const member of [...Object.keys(report), ...Object.keys(report.findings[0] ?? {})]) {
      expect(section).to.match(new RegExp(`\`(?:findings\\[\\])?\\.?${member}`));
    }
  });
});
