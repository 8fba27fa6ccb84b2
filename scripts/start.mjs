// `npm start`: from nothing to the live demo. Imports nothing but Node until the packages are there.
import { readStartArguments, USAGE } from './demo/startArguments.mjs';
import { ensureDependencies } from './ensureDependencies.mjs';

try {
  const options = readStartArguments(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
  } else {
    // Programs read standard output: everything else goes to the other one.
    if (options.json) console.log = console.error;
    ensureDependencies();
    const { register } = await import('tsx/esm/api');
    register();
    // A variable, since the type checker would not let a script import TypeScript by name.
    const session = './demo/runSession.ts';
    const { runSession } = await import(session);
    await runSession(options);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
