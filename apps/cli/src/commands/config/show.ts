import {
  describeOrigin,
  describeProblem,
  loadSettings,
  type Origin,
  type ShownSetting,
  showSettings,
} from '@stacyvm/config';
import { defineCommand } from '../../command.js';
import { CommandFailure } from '../../failure.js';
import { formatOption, notice, print, printJson, table } from '../../output.js';
import { asciiJson, printable } from '../../worker-token/printable.js';
import { configOption } from './config-option.js';

export const showCommand = defineCommand({
  command: 'show [key]',
  describe: 'Print the settings in force, secrets masked',
  builder: (yargs) =>
    formatOption(configOption(yargs))
      .positional('key', {
        type: 'string',
        describe: 'One setting, such as server.port, or a section, such as server',
      })
      .option('origin', { type: 'boolean', default: false, describe: 'Tell where each value comes from' })
      .option('changed', { type: 'boolean', default: false, describe: 'Leave out what is the default' })
      .example('stacyvm config show --origin --changed', 'what this machine sets, and where'),
  handler: async ({ config, key, origin, changed, format }) => {
    const loaded = loadSettings({ configFile: config });
    const asked = showSettings(loaded).filter((setting) => isBelow(setting.key, key));
    if (asked.length === 0) {
      throw new CommandFailure(
        `there is no setting or section ${JSON.stringify(key)}; stacyvm config show lists them`,
        2,
      );
    }
    const shown = asked.filter((setting) => !changed || setting.origin.kind !== 'default');
    for (const warning of loaded.warnings) notice(`warning: ${describeProblem(warning)}`);
    if (format === 'json') {
      printJson({ config_file: loaded.configFile ?? null, settings: shown.map(documentOf) });
      return;
    }
    notice(`configuration file: ${loaded.configFile ?? 'none'}`);
    if (shown.length === 0) return;
    print(
      table(
        origin ? ['SETTING', 'VALUE', 'ORIGIN'] : ['SETTING', 'VALUE'],
        shown.map((setting) => [
          setting.key,
          textOf(setting),
          ...(origin ? [describeOrigin(setting.origin)] : []),
        ]),
      ),
    );
  },
});

function isBelow(key: string, asked: string | undefined): boolean {
  return asked === undefined || key === asked || key.startsWith(`${asked}.`);
}

function textOf({ value }: ShownSetting): string {
  if (value === null) return 'not set';
  return typeof value === 'string' && value !== '' ? printable(value) : asciiJson(value);
}

function documentOf({ key, value, origin }: ShownSetting): Record<string, unknown> {
  return { key, value, origin: originDocument(origin) };
}

function originDocument({ kind, name, line, column, namedBy }: Origin): Record<string, unknown> {
  return {
    kind,
    ...(name === '' ? {} : { name }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(namedBy === undefined ? {} : { named_by: originDocument(namedBy) }),
  };
}
