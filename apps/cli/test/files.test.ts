import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { at, runCommand, startCommand } from './command.js';
import { createSystem, eventually, type Program, type System } from './system.js';

const MIB = 1024 * 1024;
const LARGE_MIB = 192;
/** Far below the size of the file, and above what the garbage collector leaves lying about. */
const MEMORY_BOUND_MIB = 96;

describe('files through a system of real processes', function () {
  this.timeout(120_000);
  let system: System;
  let controlPlane: Program;
  let worker: Program;
  let id: string;
  let directory: string;

  before(async () => {
    system = await createSystem();
    controlPlane = await system.startControlPlane();
    worker = await system.startWorker('worker-a');
    id = (await system.client.spawn({ image: 'host' })).id;
    directory = join(system.directory, 'local');
    mkdirSync(directory);
    writeFileSync(local('sparse'), '');
    truncateSync(local('sparse'), 4_000 * MIB);
  });
  after(() => system.stop());

  const cp = (...args: readonly string[]) => runCommand(['cp', ...args, ...at(system)], { cwd: directory });
  const local = (name: string) => join(directory, name);
  const inside = async (command: string) => {
    const { stdout, stderr } = await system.client.exec(id, { command });
    return stdout + stderr;
  };

  it('copies a file in and out, with its permissions', async () => {
    const content = randomBytes(1_000_000);
    writeFileSync(local('tool'), content, { mode: 0o750 });
    const copied = await cp('tool', `${id}:/workspace/bin/`);
    expect(copied).to.include({ code: 0, stdout: '' });
    expect(copied.stderr).to.include(`${id}:/workspace/bin/tool (1000000 bytes)`);
    expect(await inside('stat -c %a bin/tool; sha256sum < bin/tool')).to.equal(
      `750\n${createHash('sha256').update(content).digest('hex')}  -\n`,
    );
    expect(await cp(`${id}:bin/tool`, './copy:1')).to.include({ code: 0 });
    expect(readFileSync(local('copy:1')).equals(content)).to.equal(true);
    expect(statSync(local('copy:1')).mode & 0o700).to.equal(0o700);
    expect(await cp(`${id}:bin/tool`, '.')).to.include({ code: 0 });
  });

  for (const { what, args, code, says } of [
    {
      what: 'a local file that is not there',
      args: ['none', 'ID:x'],
      code: 1,
      says: 'none cannot be read: ENOENT',
    },
    { what: 'a local directory', args: ['.', 'ID:x'], code: 1, says: 'is not a file' },
    { what: 'a file that the sandbox lacks', args: ['ID:none', 'x'], code: 1, says: 'no such file' },
    { what: 'a directory of the sandbox', args: ['ID:/workspace', 'x'], code: 1, says: 'is a directory' },
    {
      what: 'a local directory that is not there',
      args: ['ID:/etc/passwd', 'no/such/x'],
      code: 1,
      says: 'ENOENT',
    },
    { what: 'two local files', args: ['a', 'b'], code: 2, says: 'SANDBOX:PATH' },
    { what: 'two files of sandboxes', args: ['ID:a', 'ID:b'], code: 2, says: 'SANDBOX:PATH' },
  ]) {
    it(`refuses ${what}`, async () => {
      const result = await cp(...args.map((arg) => arg.replace('ID', id)));
      expect(result.code, result.stderr).to.equal(code);
      expect(result.stderr).to.include(says);
      expect(readdirSync(directory).filter((name) => name.startsWith('.stacyvm'))).to.deep.equal([]);
    });
  }

  it(`carries ${LARGE_MIB} MiB both ways with half of that in memory at most`, async () => {
    const programs = [controlPlane, worker];
    const before = programs.map(residentMiB);
    const peaks = [...before];
    const watch = setInterval(() => {
      for (const [index, program] of programs.entries()) {
        peaks[index] = Math.max(peaks[index]!, residentMiB(program));
      }
    }, 5);
    try {
      const sent = createHash('sha256');
      let left = LARGE_MIB;
      const content = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (left-- === 0) return controller.close();
          const chunk = randomBytes(MIB);
          sent.update(chunk);
          controller.enqueue(chunk);
        },
      });
      expect(await system.client.files.upload(id, 'large', content)).to.equal(LARGE_MIB * MIB);
      const received = createHash('sha256');
      const { size } = await system.client.files.download(id, 'large', (chunk) => {
        received.update(chunk);
      });
      expect(size).to.equal(LARGE_MIB * MIB);
      expect(received.digest('hex')).to.equal(sent.digest('hex'));
    } finally {
      clearInterval(watch);
      await system.client.files.delete(id, 'large');
    }
    for (const [index, peak] of peaks.entries()) {
      expect(peak - before[index]!, `program ${index}`).to.be.below(MEMORY_BOUND_MIB);
    }
  });

  it('leaves nothing of an upload that was interrupted', async () => {
    await inside('mkdir -p interrupted');
    const command = startCommand(['cp', local('sparse'), `${id}:interrupted/file`, ...at(system)]);
    await eventually(async () => (await system.client.files.list(id, 'interrupted')).length === 1);
    command.kill('SIGINT');
    expect(await command.result).to.include({ code: 130 });
    await eventually(async () => (await system.client.files.list(id, 'interrupted')).length === 0);
  });

  it('leaves nothing of a download that was interrupted, and keeps the file that was there', async () => {
    await inside('truncate -s 4000M sparse');
    writeFileSync(local('kept'), 'kept');
    const command = startCommand(['cp', `${id}:sparse`, local('kept'), ...at(system)]);
    const partial = () => readdirSync(directory).some((name) => name.startsWith('.stacyvm'));
    await eventually(partial);
    command.kill('SIGTERM');
    expect(await command.result).to.include({ code: 143 });
    expect(partial()).to.equal(false);
    expect(readFileSync(local('kept'), 'utf8')).to.equal('kept');
  });

  it('says what happened when the worker is killed in the middle', async () => {
    const other = await system.startWorker('worker-b');
    // Two on the one worker, one on the other: they are spread.
    const ids = [await system.client.spawn({ image: 'host' }), await system.client.spawn({ image: 'host' })];
    const on = ids.find((sandbox) => sandbox.worker_id === 'worker-b')?.id;
    expect(on, JSON.stringify(ids)).to.be.a('string');
    await system.client.exec(on!, { command: 'truncate -s 4000M sparse' });
    const download = startCommand(['cp', `${on}:sparse`, local('lost'), ...at(system)]);
    const upload = startCommand(['cp', local('sparse'), `${on}:file`, ...at(system)]);
    // Before the content comes it could still be told why there is none.
    await eventually(() => bytesUnderWay(directory) > 0);
    await eventually(async () => (await system.client.files.list(on!, '/workspace')).length === 2);
    await other.kill('SIGKILL');
    const [downloaded, uploaded] = await Promise.all([download.result, upload.result]);
    expect(downloaded.code).to.equal(1);
    expect(downloaded.stderr).to.include('did not arrive whole');
    expect(existsSync(local('lost'))).to.equal(false);
    expect(uploaded.code).to.equal(1);
    expect(uploaded.stderr).to.include('worker worker-b did not answer');
  });
});

/** What has come of files that are being copied to a directory. */
function bytesUnderWay(directory: string): number {
  const names = readdirSync(directory).filter((name) => name.startsWith('.stacyvm'));
  return names.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

function residentMiB({ child }: Program): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}
