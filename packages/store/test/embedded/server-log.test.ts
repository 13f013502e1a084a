import { expect } from 'chai';
import { createServerLog } from '../../src/embedded/server-log.js';

function recording() {
  const lines: string[] = [];
  const record = (level: string) => (_message: string, fields?: Record<string, unknown>) => {
    lines.push(`${level} ${fields?.['severity']} ${fields?.['text']}`);
  };
  return { lines, logger: { debug: record('debug'), info: record('info'), warn: record('warn') } };
}

describe('ServerLog', () => {
  it('passes complaints on as warnings and everything else as debug lines', () => {
    const { lines, logger } = recording();
    const log = createServerLog(logger);
    log.write('LOG:  starting\nWARNING:  odd\nERROR:  duplicate key\nFA');
    log.write('TAL:  no way\nsh: mount: denied\n\n');
    expect(lines).to.deep.equal([
      'debug LOG starting',
      'warn WARNING odd',
      'debug ERROR duplicate key',
      'warn FATAL no way',
      'warn OUTPUT sh: mount: denied',
    ]);
    expect(log.problems()).to.equal('no way; sh: mount: denied');
  });

  it('is quiet about a shutdown that was asked for', () => {
    const { lines, logger } = recording();
    const log = createServerLog(logger);
    log.expectShutdown();
    log.write('FATAL:  terminating connection due to administrator command\n');
    expect(lines).to.deep.equal(['debug FATAL terminating connection due to administrator command']);
  });

  it('notices that the port was taken', () => {
    const log = createServerLog(recording().logger);
    log.write('LOG:  could not bind IPv4 address "127.0.0.1": Permission denied\n');
    expect(log.portTaken()).to.equal(false);
    log.write('LOG:  could not bind IPv4 address "127.0.0.1": Address already in use\n');
    expect(log.portTaken()).to.equal(true);
  });

  it('keeps bounded what it keeps', () => {
    const { lines, logger } = recording();
    const log = createServerLog(logger);
    for (let index = 0; index < 100; index += 1) {
      log.write(`FATAL:  ${'x'.repeat(5_000)}`);
    }
    log.write('\n');
    for (let index = 0; index < 100; index += 1) {
      log.write(`FATAL:  ${index}\n`);
    }
    expect(Math.max(...lines.map((line) => line.length))).to.be.below(1_100);
    expect(log.problems()).to.equal('95; 96; 97; 98; 99');
  });
});
