import { defineCommand } from './defineCommand';

export const showLog = defineCommand('showLog', {
  title: 'Show Log',
  run: ({ log }) => log.show(),
});
