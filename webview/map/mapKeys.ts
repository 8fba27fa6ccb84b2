import type { MapLayout } from './layout';

export type MapKey = 'ArrowRight' | 'ArrowLeft' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End';

export function isMapKey(key: string): key is MapKey {
  return ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key);
}

/**
 * Where a key leads from a box or a link: → downstream, ← upstream, ↑ ↓ to the sibling above or below.
 * @returns the id to go to; the same id at the end of the way; the first box when `id` is no longer on the map.
 */
export function moveOnMap(layout: MapLayout, id: string | null, key: MapKey): string | null {
  const boxes = [...layout.boxes].sort((a, b) => a.column - b.column || a.y - b.y);
  const first = boxes[0]?.node.id ?? null;
  if (id === null || key === 'Home') return first;
  if (key === 'End') return boxes.at(-1)?.node.id ?? first;
  const box = boxes.find((candidate) => candidate.node.id === id);
  if (box !== undefined) {
    const routes = [...layout.routes].sort((a, b) => a.y - b.y);
    const column = boxes.filter((candidate) => candidate.column === box.column);
    const index = column.indexOf(box);
    switch (key) {
      case 'ArrowRight':
        return routes.find((route) => route.left === box)?.link.id ?? id;
      case 'ArrowLeft':
        return routes.find((route) => route.right === box)?.link.id ?? id;
      case 'ArrowUp':
        return column[index - 1]?.node.id ?? id;
      case 'ArrowDown':
        return column[index + 1]?.node.id ?? id;
    }
  }
  const route = layout.routes.find((candidate) => candidate.link.id === id);
  if (route === undefined) return first;
  const siblings = layout.routes
    .filter((candidate) => candidate.left.column === route.left.column)
    .sort((a, b) => a.y - b.y);
  const index = siblings.indexOf(route);
  switch (key) {
    case 'ArrowRight':
      return route.right.node.id;
    case 'ArrowLeft':
      return route.left.node.id;
    case 'ArrowUp':
      return siblings[index - 1]?.link.id ?? id;
    case 'ArrowDown':
      return siblings[index + 1]?.link.id ?? id;
  }
}
