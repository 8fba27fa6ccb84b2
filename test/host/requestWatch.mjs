/**
 * Collects every request of a page that would leave this machine.
 *
 * @param {import('playwright-core').Page} page
 * @returns {readonly string[]} addresses, in order; it grows as the page runs
 */
export function watchForeignRequests(page) {
  /** @type {string[]} */
  const foreign = [];
  const check = (/** @type {string} */ url) => {
    if (leavesTheMachine(new URL(url))) foreign.push(url);
  };
  page.on('request', (request) => {
    check(request.url());
  });
  page.on('websocket', (socket) => {
    check(socket.url());
  });
  return foreign;
}

/** @param {URL} url */
function leavesTheMachine(url) {
  if (!/^(https?|wss?):$/.test(url.protocol)) return false;
  // VS Code's service worker answers these itself; they never reach the network.
  if (url.hostname.endsWith('.vscode-resource.vscode-cdn.net')) return false;
  return url.hostname !== '127.0.0.1' && url.hostname !== 'localhost';
}
