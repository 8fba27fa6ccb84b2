/** The end of an incident file's name. */
export const INCIDENT_SUFFIX = '.pg-incident.json';

const MAX_LENGTH = 60;

/** `central-cloud-2026-11-21-1432`: a name for a file, without its end, that every file system takes. The time is local. */
export function incidentFileName(topologyName: string, atMs: number): string {
  const plain = topologyName
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .slice(0, MAX_LENGTH)
    .replaceAll(/^-|-$/gu, '');
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  const clock = `${two(at.getHours())}${two(at.getMinutes())}`;
  return `${plain === '' ? 'topology' : plain}-${day}-${clock}`;
}
