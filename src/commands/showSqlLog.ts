import { say } from '../core/say';
import { defineCommand } from './defineCommand';

/** Shows every statement that was sent to change a server. */
export const showSqlLog = defineCommand('showSqlLog', {
  title: say`Show SQL Log`,
  run: ({ audit }) => audit.show(),
});
