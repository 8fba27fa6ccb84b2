/** Id of a slot among problems and selections; the other kinds carry theirs in the snapshot. */
export function slotId(nodeId: string, name: string): string {
  return `slot/${nodeId}/${name}`;
}
