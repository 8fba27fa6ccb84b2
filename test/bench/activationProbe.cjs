// Loads the packed extension in a fresh process with a stand-in for VS Code's API, activates it, and prints what that cost.
// What runs inside the editor is measured by VS Code itself ("Developer: Show Running Extensions"); this is our part of it.
const Module = require('node:module');
const { performance } = require('node:perf_hooks');

/**
 * Anything: callable, constructible, iterable, with any member.
 * @returns {any}
 */
function anything() {
  const members = new Map();
  return new Proxy(function () {}, {
    get: (_target, key) => {
      if (key === 'then') return undefined;
      if (key === Symbol.iterator) return () => [][Symbol.iterator]();
      if (key === Symbol.toPrimitive) return () => '';
      if (!members.has(key)) members.set(key, anything());
      return members.get(key);
    },
    set: (_target, key, value) => (members.set(key, value), true),
    apply: () => anything(),
    construct: () => anything(),
  });
}

/** A bundle copies what a module has and inherits the rest from its prototype; so that is where everything must be. */
const api = anything();
const vscode = new Proxy(function () {}, {
  get: (_target, key) => api[key],
  getPrototypeOf: () => api,
});

/** @type {string[]} */
const requested = [];
// Every `require` goes through this function, which the types do not know.
const loader = /** @type {{ _load(request: string, ...rest: unknown[]): unknown }} */ (
  /** @type {unknown} */ (Module)
);
const load = loader._load;
/** @type {typeof load} */
loader._load = function (request, ...rest) {
  if (request === 'vscode') return vscode;
  requested.push(request.replace(/^node:/, ''));
  return load.call(this, request, ...rest);
};

const startedMs = performance.now();
const extension = require(process.argv[2] ?? '');
const loadedMs = performance.now();
extension.activate(anything());
const activatedMs = performance.now();
const result = {
  loadMs: loadedMs - startedMs,
  activateMs: activatedMs - loadedMs,
  requested: [...new Set(requested)],
};
process.stdout.write(JSON.stringify(result), () => process.exit(0));
