import { defineCommand } from './defineCommand';

export const showLog = defineCommand('showLog', { run: ({ log }) => log.show() });
