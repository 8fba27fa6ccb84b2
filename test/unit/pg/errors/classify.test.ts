import assert from 'node:assert/strict';
import type { FailureReason } from '../../../../src/core/failure';
import { classifyError, type ErrorSituation } from '../../../../src/pg/errors/classify';

const CLEAR: ErrorSituation = { phase: 'dial', usesTls: false, isUnixSocket: false };

function fromServer(code: string, message = 'words', routine?: string): Error {
  return Object.assign(new Error(message), { code, severity: 'FATAL', routine });
}

function fromSystem(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

function reasonOf(error: unknown, situation = CLEAR): FailureReason {
  return classifyError(error, situation).reason;
}

describe('classifyError', () => {
  const table: readonly (readonly [Error, FailureReason])[] = [
    [fromSystem('ECONNREFUSED'), 'refused'],
    [fromSystem('ENOENT'), 'refused'],
    [fromSystem('ENOTFOUND'), 'unresolved'],
    [fromSystem('EAI_AGAIN'), 'unresolved'],
    [fromSystem('ETIMEDOUT'), 'silent'],
    [fromSystem('EHOSTUNREACH'), 'unroutable'],
    [fromSystem('ENETUNREACH'), 'unroutable'],
    [fromSystem('ECONNRESET'), 'lost'],
    [fromSystem('EPIPE'), 'lost'],
    [fromServer('28P01'), 'passwordRefused'],
    [fromServer('3D000'), 'noDatabase'],
    [fromServer('53300'), 'connectionsFull'],
    [fromServer('57P01'), 'lost'],
    [fromServer('57P02'), 'starting'],
    [fromServer('57P03'), 'starting'],
    [fromServer('25006'), 'readOnly'],
    [fromServer('42501'), 'privilege'],
    [fromServer('55000'), 'wrongState'],
    [fromServer('53100'), 'limit'],
    [fromServer('53400'), 'limit'],
    [fromServer('55P03'), 'limit'],
    [fromServer('57014'), 'limit'],
    [fromServer('42P01'), 'schemaDrift'],
    [fromServer('42703'), 'schemaDrift'],
    [fromServer('XX000'), 'other'],
    [new Error('timeout expired'), 'silent'],
    [new Error('Query read timeout'), 'readTimeout'],
    [new Error('Connection terminated unexpectedly'), 'lost'],
    [new Error('The server does not support SSL connections'), 'tlsMissing'],
    [
      new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
      'passwordNeeded',
    ],
    [fromSystem('DEPTH_ZERO_SELF_SIGNED_CERT'), 'certificate'],
    [fromSystem('ERR_TLS_CERT_ALTNAME_INVALID'), 'certificate'],
    [fromSystem('CERT_HAS_EXPIRED'), 'certificate'],
    [fromSystem('ERR_SSL_WRONG_VERSION_NUMBER'), 'certificate'],
    [new Error('anything else'), 'other'],
  ];
  for (const [error, reason] of table) {
    const code = (error as { code?: string }).code;
    it(`reads ${code ?? `"${error.message}"`} as ${reason}`, () => {
      assert.equal(reasonOf(error), reason);
    });
  }

  it('decides by code, not by words', () => {
    assert.equal(reasonOf(fromServer('XX000', 'Query read timeout')), 'other');
    assert.equal(reasonOf(fromServer('28P01', 'mot de passe refusé')), 'passwordRefused');
  });

  it('tells the three meanings of 28000 apart', () => {
    const role = fromServer(
      '28000',
      'role "x" is not permitted to log in',
      'InitializeSessionUserId',
    );
    const reject = fromServer(
      '28000',
      'pg_hba.conf rejects connection for host "h", no encryption',
    );
    const noLine = fromServer(
      '28000',
      'no pg_hba.conf entry for host "h", user "u", no encryption',
    );
    assert.equal(reasonOf(role), 'roleRefused');
    assert.equal(reasonOf(reject), 'hbaRefused');
    assert.equal(reasonOf(noLine), 'tlsRequired');
    assert.equal(reasonOf(noLine, { ...CLEAR, usesTls: true }), 'hbaRefused');
    assert.equal(reasonOf(noLine, { ...CLEAR, isUnixSocket: true }), 'hbaRefused');
  });

  it('knows a pg_hba.conf refusal in another language by the function that reports it', () => {
    const french = fromServer('28000', 'aucune entrée dans pg hba', 'ClientAuthentication');
    assert.equal(reasonOf(french), 'hbaRefused');
  });

  it('does not take an operating system code of five letters for a SQLSTATE', () => {
    assert.equal(classifyError(fromSystem('EPIPE'), CLEAR).server, null);
  });

  it('reads the first of several addresses that all failed', () => {
    assert.equal(reasonOf(new AggregateError([fromSystem('ECONNREFUSED')])), 'refused');
  });
});
