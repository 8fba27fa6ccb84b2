/**
 * @typedef {object} Task
 * @property {string} name
 * @property {readonly string[]} needs tasks that have to end well before this one
 */

/**
 * Runs tasks in the order of the list, a few at a time, each once what it needs has ended well.
 *
 * @template {Task} T
 * @template R
 * @param {readonly T[]} tasks
 * @param {number} width how many at a time
 * @param {(task: T) => Promise<{ ok: boolean, result: R }>} run never rejects
 * @param {(task: T) => R} refuse the result of a task whose need failed
 * @returns {Promise<R[]>} in the order of the tasks
 */
export async function runPool(tasks, width, run, refuse) {
  /** @type {Map<T, R>} */
  const results = new Map();
  /** @type {Map<string, boolean>} */
  const ended = new Map();
  const waiting = [...tasks];
  /** @type {Set<Promise<void>>} */
  const running = new Set();
  while (waiting.length > 0 || running.size > 0) {
    const task = running.size < width ? takeReady(waiting, ended) : undefined;
    if (task === undefined) {
      if (running.size === 0) throw new Error(`Nothing can start: ${waiting[0]?.name ?? ''}`);
      await Promise.race(running);
    } else if (task.needs.some((name) => ended.get(name) === false)) {
      results.set(task, refuse(task));
      ended.set(task.name, false);
    } else {
      const job = run(task).then(({ ok, result }) => {
        results.set(task, result);
        ended.set(task.name, ok);
        running.delete(job);
      });
      running.add(job);
    }
  }
  return tasks.flatMap((task) => {
    const result = results.get(task);
    return result === undefined ? [] : [result];
  });
}

/**
 * @template {Task} T
 * @param {T[]} waiting the task is taken out of it
 * @param {ReadonlyMap<string, boolean>} ended
 * @returns {T | undefined}
 */
function takeReady(waiting, ended) {
  const index = waiting.findIndex((task) => task.needs.every((name) => ended.has(name)));
  return index === -1 ? undefined : waiting.splice(index, 1)[0];
}
