// Property tests meet the same inputs in every run, so that a run says something about the change it follows and nothing
// about luck. `npm run test:soak` takes others each time, and says which; PROPERTY_SEED=… takes these again.
import { createRequire } from 'node:module';

// The tests are loaded as CommonJS, and the package keeps its settings apart for each of its two forms.
const fc = /** @type {typeof import('fast-check')} */ (
  createRequire(import.meta.url)('fast-check')
);

const SEED = 20_261_121;

const isSoak = process.env['SOAK'] === '1';
const given = process.env['PROPERTY_SEED'];
const seed = given === undefined ? (isSoak ? Date.now() % 2 ** 31 : SEED) : Number(given);
if (!Number.isInteger(seed)) throw new Error(`PROPERTY_SEED=${given}: not a whole number.`);
if (isSoak) console.log(`Seed of the property tests: ${seed}`);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
