import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportLine } from '@stacyvm/audit';
import { expect } from 'chai';
import { createFileSink } from '../../../src/audit/sinks/file-sink.js';
import { sampleRecords } from './sample-records.js';

const RECORDS = sampleRecords(3);
const LINES = RECORDS.map((record) => `${exportLine(record)}\n`);

describe('an audit sink that is a file', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-sinks-'));
    path = join(directory, 'audit.ndjson');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const written = (name = path) => readFileSync(name, 'utf8');

  it('has a line for each record, for its owner alone, and goes on where it was', async () => {
    const sink = createFileSink(path, true);
    await sink.send(RECORDS.slice(0, 2));
    await sink.settle();
    expect(written()).to.equal(LINES.slice(0, 2).join(''));
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    await sink.close();
    const again = createFileSink(path, false);
    await again.send(RECORDS.slice(2));
    await again.settle();
    await again.close();
    expect(written()).to.equal(LINES.join(''));
  });

  it('is followed by a new one when it was rotated away, without a signal', async () => {
    const sink = createFileSink(path, true);
    await sink.send(RECORDS.slice(0, 1));
    renameSync(path, `${path}.1`);
    await sink.send(RECORDS.slice(1));
    await sink.settle();
    await sink.close();
    expect(written(`${path}.1`)).to.equal(LINES[0]);
    expect(written()).to.equal(LINES.slice(1).join(''));
  });

  it('keeps half a line of somebody who was killed, and begins behind it', async () => {
    appendFileSync(path, `${LINES[0]}${LINES[1]?.slice(0, 40)}`);
    const sink = createFileSink(path, true);
    await sink.send(RECORDS.slice(1));
    await sink.close();
    expect(written()).to.equal(`${LINES[0]}${LINES[1]?.slice(0, 40)}\n${LINES[1]}${LINES[2]}`);
  });

  it('fails where nothing can be written, and works when something can', async () => {
    const inside = join(directory, 'later');
    const sink = createFileSink(join(inside, 'audit.ndjson'), true);
    for (const attempt of [sink.identity, () => sink.send(RECORDS)]) {
      const failure = await attempt().catch((error: NodeJS.ErrnoException) => error.code);
      expect(failure).to.equal('ENOENT');
    }
    mkdirSync(inside);
    expect(await sink.identity()).to.match(/^as-/);
    await sink.send(RECORDS);
    await sink.close();
    expect(written(join(inside, 'audit.ndjson'))).to.equal(LINES.join(''));
  });

  describe('the identity', () => {
    it('is one, also after several have made it at once, and stays with the directory', async () => {
      const sinks = Array.from({ length: 8 }, () => createFileSink(path, true));
      await Promise.all(sinks.map((sink) => sink.identity()));
      const ids = await Promise.all(sinks.map((sink) => sink.identity()));
      expect(new Set(ids).size).to.equal(1);
      expect(ids[0]).to.match(/^as-[0-9a-f]{24}$/);
      expect(await readdir(directory)).to.deep.equal(['audit.ndjson.sink']);
      expect(statSync(`${path}.sink`).mode & 0o777).to.equal(0o600);
      const other = await createFileSink(join(directory, 'other'), true).identity();
      expect(other).not.to.equal(ids[0]);
    });

    it('is not made up for something else that is there', async () => {
      await writeFile(`${path}.sink`, 'x');
      const failure = await createFileSink(path, true)
        .identity()
        .catch((error: Error) => error.message);
      expect(failure).to.contain(`${path}.sink is no identity of a sink; remove it`);
    });
  });
});
