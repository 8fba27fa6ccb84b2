import { FILE_KEYWORDS } from '../../core/connectionStringKeywords';
import { isLoopback } from '../../core/endpoint';
import type { ConnectionParams } from '../../core/topology';
import type { FoundConnection } from '../connections';
import { rangeAt } from '../fileContext';
import type { FileContext } from '../fileContext';
import { makeProblem } from '../problem';
import type { Problem } from '../problem';

/** How safe a node's connection is: TLS, certificate files, and whose name it uses. */
export function checkTransport(
  context: FileContext,
  connection: FoundConnection,
): readonly Problem[] {
  const { params } = connection.parsed;
  if (params === null) return [];
  const at = (
    keyword: string,
    details: Pick<Problem, 'severity' | 'code' | 'message'>,
    blocks = false,
  ): Problem =>
    makeProblem({
      ...details,
      blocks,
      path: connection.path,
      range: connection.placeOf(keyword) ?? rangeAt(context.positions, connection.path),
    });
  return [
    ...checkTls(context, params, at),
    ...FILE_KEYWORDS.filter((keyword) => /^(?:\\\\|\/\/)/u.test(params[keyword] ?? '')).map(
      (keyword) =>
        at(
          keyword,
          {
            severity: 'error',
            code: 'network-path',
            message: `"${keyword}" is a network path, which is never opened. Copy the file to this machine.`,
          },
          true,
        ),
    ),
    ...(params['user'] === undefined && params['service'] === undefined
      ? [
          at('user', {
            severity: 'information',
            code: 'no-user',
            message:
              'No user is named: PGUSER is used, else the name of the user of the operating system.',
          }),
        ]
      : []),
  ];
}

type At = (keyword: string, details: Pick<Problem, 'severity' | 'code' | 'message'>) => Problem;

function checkTls(context: FileContext, params: ConnectionParams, at: At): readonly Problem[] {
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
        message: `The connection to ${remote} is not encrypted.${isProduction ? ' In production it is refused.' : ''} Use sslmode "verify-full".`,
      }),
    ];
  }
  if (params['sslmode'] !== 'require' || params['sslrootcert'] !== undefined) return [];
  return [
    at('sslmode', {
      severity: 'warning',
      code: 'tls-unverified',
      message: `The connection to ${remote} is encrypted, but nobody checks that it is that server. Use sslmode "verify-full", or add sslrootcert.`,
    }),
  ];
}
