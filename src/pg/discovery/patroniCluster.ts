import http from 'node:http';
import * as z from 'zod/mini';
import type { ClusterMember } from '../../core/discovery/discoveryFacts';
import { formatEndpoint } from '../../core/endpoint';
import { ServerFailure, type Endpoint, type FailureReason } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';

const LIMIT_MS = 5_000;
const MOST_BYTES = 256 * 1024;

const clusterSchema = z.object({
  members: z.array(
    z.object({
      name: z.string(),
      role: z.exactOptional(z.string()),
      host: z.exactOptional(z.string()),
      port: z.exactOptional(z.union([z.number(), z.string()])),
    }),
  ),
});

/** What came back, before anything is made of it. */
interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly body: string;
}

/**
 * Members of a cluster as Patroni's REST interface lists them. One request without credentials; what it answers is only data.
 * @throws ServerFailure
 */
export async function readPatroniCluster(
  endpoint: Endpoint,
  signal: CancelSignal,
): Promise<readonly ClusterMember[]> {
  const answer = await get(endpoint, signal);
  if (answer.status >= 300 && answer.status < 400) {
    const target = answer.location === null ? '' : say` to ${visibleWords(answer.location)}`;
    throw failed(
      endpoint,
      'other',
      say`answers ${answer.status}, a redirect${target}, which is not followed`,
    );
  }
  const members = membersIn(answer.body);
  if (members === null) {
    const what = answer.body.trimStart().startsWith('<') ? say`a web page` : say`something else`;
    throw failed(
      endpoint,
      'other',
      say`answers ${answer.status} with ${what}, not with the members of a cluster`,
    );
  }
  return members;
}

function membersIn(body: string): readonly ClusterMember[] | null {
  let raw: unknown;
  try {
    raw = JSON.parse(body);
  } catch {
    return null;
  }
  const parsed = clusterSchema.safeParse(raw);
  if (!parsed.success) return null;
  return parsed.data.members.flatMap(({ name, role, host, port }): ClusterMember[] => {
    const number = Number(port ?? 5432);
    if (host === undefined || host === '' || !Number.isInteger(number)) return [];
    if (number < 1 || number > 65_535) return [];
    return [
      { source: 'Patroni', name, host, port: number, upstream: null, isPrimary: isPrimary(role) },
    ];
  });
}

/** A standby leader leads its cluster and follows another one. */
function isPrimary(role: string | undefined): boolean | null {
  if (role === undefined) return null;
  if (role === 'leader' || role === 'master' || role === 'primary') return true;
  return role === 'standby_leader' ? null : false;
}

function get(endpoint: Endpoint, signal: CancelSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(failed(endpoint, 'cancelled', say`was not asked`));
      return;
    }
    const { host, port } = endpoint;
    const request = http.get({
      host,
      port,
      path: '/cluster',
      headers: { accept: 'application/json' },
      agent: false,
    });
    const end = (reason: FailureReason, detail: string): void => {
      reject(failed(endpoint, reason, detail));
      request.destroy();
    };
    const onAbort = (): void => end('cancelled', say`was not asked to the end`);
    const timer = setTimeout(() => {
      end('silent', say`did not answer within ${LIMIT_MS / 1000} s`);
    }, LIMIT_MS);
    signal.addEventListener('abort', onAbort);
    request.on('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      end('other', say`cannot be asked: ${visibleWords(error.code ?? error.message)}`);
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > MOST_BYTES) end('other', say`answers with more than ${MOST_BYTES / 1024} KB`);
      });
      response.on('error', () => {
        end('other', say`broke off its answer`);
      });
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          location: response.headers.location ?? null,
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
  });
}

function failed(endpoint: Endpoint, reason: FailureReason, detail: string): ServerFailure {
  const place = formatEndpoint(endpoint);
  return new ServerFailure({
    ...describeFailure(reason, { nodeId: place, endpoint }),
    text: say`Patroni at ${place} ${detail}.`,
    advice: null,
  });
}

/** Words of a stranger, short and with nothing hidden in them. */
function visibleWords(text: string): string {
  return showEscaped(text.slice(0, 120));
}
