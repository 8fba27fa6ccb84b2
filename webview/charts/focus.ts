import type { DashboardState } from '../../src/protocol/dashboardState';
import { findSubject } from '../text/subject';

/** The edge or queue that a selection is about: itself, the one into a node, the one that reads a slot. */
export function focusOf(state: DashboardState, selectedId: string | null): string | null {
  const subject = selectedId === null ? null : findSubject(state, selectedId);
  switch (subject?.kind) {
    case 'edge':
    case 'queue':
      return subject.value.id;
    case 'node':
      return (
        state.edges.find((edge) => edge.to === subject.value.id)?.id ??
        state.queues.find((queue) => queue.nodeId === subject.value.id)?.id ??
        null
      );
    case 'slot':
      return (
        state.edges.find(
          (edge) => edge.slotName === subject.value.name && edge.from === subject.value.nodeId,
        )?.id ?? null
      );
    case undefined:
      return null;
  }
}
