import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const root = new URL('../../', import.meta.url);
const changesets = readdirSync(new URL('.changeset/', root)).filter((name) =>
  /^(?!README).*\.md$/.test(name),
);
const packages = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, root)).map((name): string => {
    const text = readFileSync(new URL(`${folder}/${name}/package.json`, root), 'utf8');
    return JSON.parse(text).name;
  }),
);

describe('the changesets', () => {
  for (const name of changesets) {
    // A formatter of Markdown takes a line above `---` for a heading, and no release would find the package any more.
    it(`${name} names packages, their bumps and what changed`, () => {
      const text = readFileSync(new URL(`.changeset/${name}`, root), 'utf8');
      const [, releases = '', summary = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? [];
      const lines = releases.split('\n').filter((line) => line !== '');
      expect(lines).not.to.deep.equal([]);
      for (const line of lines) {
        const [, released] = /^['"](.+)['"]: (?:major|minor|patch)$/.exec(line) ?? [];
        expect(packages, line).to.include(released);
      }
      expect(summary.trim()).not.to.equal('');
    });
  }
});
