// A certified OpenID provider (panva's oidc-provider) with its own pages for signing in and
// consent. Standard input: {"issuer", "host", "port", "cert", "key", "clients", "accounts"}.
// Prints "ready" when it listens; ends with its standard input.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const newKey = (alg, kind, how) => ({
  ...generateKeyPairSync(kind, how).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-of-the-test`,
});

const input = createInterface({ input: process.stdin });
const job = JSON.parse((await input[Symbol.asyncIterator]().next()).value);
const provider = new Provider(job.issuer, {
  clients: job.clients,
  jwks: { keys: [newKey('RS256', 'rsa', { modulusLength: 2048 }), newKey('ES256', 'ec', { namedCurve: 'P-256' }), newKey('EdDSA', 'ed25519', {})] },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: ['of the test'] },
  pkce: { required: () => true },
  findAccount: (_, id) => job.accounts[id] && { accountId: id, claims: () => ({ sub: id, ...job.accounts[id] }) },
});
provider.on('server_error', (_, e) => console.error(e));
const server = createServer({ cert: readFileSync(job.cert), key: readFileSync(job.key) }, provider.callback());
server.listen(job.port, job.host, () => console.log('ready'));
process.stdin.on('end', () => process.exit(0));
