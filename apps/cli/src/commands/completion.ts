import { defineCommand } from '../command.js';
import { print } from '../output.js';

export const completionCommand = defineCommand({
  command: 'completion',
  describe: 'Print what bash and zsh complete this command by',
  builder: (yargs) => yargs.example('source <(stacyvm completion)', 'in ~/.bashrc or ~/.zshrc'),
  handler: async () => {
    const { outlineCommands } = await import('../overview/command-outline.js');
    const { bashCompletion } = await import('../completion/bash-completion.js');
    print(bashCompletion(await outlineCommands()));
  },
});
