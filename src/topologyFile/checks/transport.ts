import { FILE_KEYWORDS } from '../../core/connectionStringKeywords';
import { isLoopback } from '../../core/endpoint';
import { say } from '../../core/say';
import type { ConnectionParams } from '../../core/topology';
import type { FoundConnection } from '../connections';
import { editFix, rangeAt } from '../fileContext';
import type { FileContext } from '../fileContext';
import { makeProblem } from '../problem';
import type { Problem, ProblemFix } from '../problem';

/** How safe a node's connection is: TLS, certificate files, and whose name it uses. */
export function checkTransport(
  context: FileContext,
  connection: FoundConnection,
): readonly Problem[] {
  const { params } = connection.parsed;
  if (params === null) return [];
  const at = (keyword: string, details: Details, blocks = false): Problem =>
    makeProblem({
      ...details,
      blocks,
      path: connection.path,
      range: connection.placeOf(keyword) ?? rangeAt(context.positions, connection.path),
    });
  return [
    ...checkTls(context, connection, params, at),
    ...FILE_KEYWORDS.filter((keyword) => /^(?:\\\\|\/\/)/u.test(params[keyword] ?? '')).map(
      (keyword) =>
        at(
          keyword,
          {
            severity: 'error',
            code: 'network-path',
            message: say`"${keyword}" is a network path, which is never opened. Copy the file to this machine.`,
          },
          true,
        ),
    ),
    ...(params['user'] === undefined && params['service'] === undefined
      ? [
          at('user', {
            severity: 'information',
            code: 'no-user',
            message: say`No user is named: PGUSER is used, else the name of the user of the operating system.`,
          }),
        ]
      : []),
  ];
}

type Details = Pick<Problem, 'severity' | 'code' | 'message'> & Partial<Pick<Problem, 'fixes'>>;
type At = (keyword: string, details: Details) => Problem;

/** Puts `verify-full` where the mode is written; nothing where another word stands for it. */
function verifyFull({ text }: FileContext, { placeOf }: FoundConnection): readonly ProblemFix[] {
  const place = placeOf('sslmode');
  if (place === null) return [];
  const written = text.slice(place.offset, place.offset + place.length);
  // What "ssl=true" stands for has another keyword.
  if (!/^"?(?:disable|allow|prefer|require)"?$/u.test(written)) return [];
  const edit = { ...place, text: written.startsWith('"') ? '"verify-full"' : 'verify-full' };
  return [editFix(say`Change to "${'verify-full'}"`, [edit])];
}

function checkTls(
  context: FileContext,
  connection: FoundConnection,
  params: ConnectionParams,
  at: At,
): readonly Problem[] {
  const hosts = (params['hostaddr'] ?? params['host'] ?? '')
    .split(',')
    .filter((host) => host !== '');
  const remote = hosts.find((host) => !isLoopback(host));
  if (remote === undefined) return [];
  const isProduction = context.file.environment === 'production';
  if (params['sslmode'] === 'disable') {
    return [
      at('sslmode', {
        severity: isProduction ? 'error' : 'warning',
        code: 'tls-disabled',
        message: say`The connection to ${remote} is not encrypted.${isProduction ? say` In production it is refused.` : ''} Use sslmode "verify-full".`,
        fixes: verifyFull(context, connection),
      }),
    ];
  }
  if (params['sslmode'] !== 'require' || params['sslrootcert'] !== undefined) return [];
  return [
    at('sslmode', {
      severity: 'warning',
      code: 'tls-unverified',
      message: say`The connection to ${remote} is encrypted, but nobody checks that it is that server. Use sslmode "verify-full", or add sslrootcert.`,
      fixes: verifyFull(context, connection),
    }),
  ];
}
