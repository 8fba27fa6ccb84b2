import { say } from '../core/say';
import { defineCommand } from './defineCommand';

export const showLog = defineCommand('showLog', {
  title: say`Show Log`,
  run: ({ log }) => log.show(),
});
