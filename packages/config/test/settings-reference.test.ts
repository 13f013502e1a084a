import { expect } from 'chai';
import { environmentName, SETTINGS, settingsReference } from '../src/index.js';
import { KNOWN_KEYS } from '../src/known-keys.js';

describe('settingsReference', () => {
  const reference = settingsReference();

  it('has every key and its variable', () => {
    for (const key of KNOWN_KEYS.keys()) {
      expect(reference).to.contain(`\`${key}\``);
      expect(reference).to.contain(`\`${environmentName(key)}\``);
    }
  });

  it('has one row a setting, of six cells', () => {
    for (const [key, { doc }] of Object.entries(SETTINGS)) {
      const rows = reference.split('\n').filter((line) => line.startsWith(`| \`${key}\`<br>`));
      expect(rows, key).to.have.length(1);
      expect(rows[0]?.split(/(?<!\\)\|/), key).to.have.length(8);
      expect(rows[0], key).to.contain(doc);
    }
  });

  it('says what a value may be, what it is without, and when it takes effect', () => {
    expect(reference).to.contain(
      '| `logging.level`<br>`STACYVM_LOGGING_LEVEL` | one of debug, info, warn, error | `"info"` | both | restart | The least severe level that is logged. |',
    );
    expect(reference).to.contain(
      '| a duration such as 30s or 1h30m, from 1s to 8760h | `"30m"` | control plane |',
    );
  });

  it('says what is not supported', () => {
    expect(reference).to.contain('| `pool.*` | every user gets a sandbox of their own');
    expect(reference).to.contain('| `database.driver: sqlite` | data is kept in Postgres');
  });
});
