import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { randomPassword, scramVerifier } from '../../../src/host/scramVerifier';

describe('scramVerifier', () => {
  it('signs as the example of RFC 7677', () => {
    const salt = 'W22ZaJ0SNY7soEsUEjb6gQ==';
    const verifier = scramVerifier('pencil', Buffer.from(salt, 'base64'));
    const found = /^SCRAM-SHA-256\$4096:([^$]+)\$([^:]+):(.+)$/.exec(verifier);
    assert.equal(found?.[1], salt);
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const message = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=${salt},i=4096,c=biws,r=${nonce}`;
    const signature = createHmac('sha256', Buffer.from(found[3] ?? '', 'base64'))
      .update(message)
      .digest('base64');
    assert.equal(signature, '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
    assert.equal(Buffer.from(found[2] ?? '', 'base64').length, 32);
  });

  it('another salt each time, and none of the password', () => {
    const [one, two] = [scramVerifier('c4n4ry'), scramVerifier('c4n4ry')];
    assert.notEqual(one, two);
    assert.ok(!one.includes('c4n4ry'));
  });

  it('passwords that are made: long, different, plain', () => {
    assert.match(randomPassword(), /^[\w-]{32}$/);
    assert.notEqual(randomPassword(), randomPassword());
  });
});
