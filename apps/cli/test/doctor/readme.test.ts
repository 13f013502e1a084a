import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { createPatient } from './patient.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('the README on the doctor', () => {
  it('lists the groups of checks in their order', async () => {
    const patient = createPatient();
    const { checks } = await patient.examine('{}\n', { role: 'all' });
    patient.remove();
    const [, section = ''] = readme.split('| group ');
    const listed = [...(section.split('\n\n')[0] ?? '').matchAll(/^\| `([a-z_]+)`/gm)].map(([, id]) => id);
    expect(listed).to.deep.equal(checks.map(({ id }) => id));
  });
});
