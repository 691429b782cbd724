// A real OpenID provider (npm `oidc-provider`) with login and consent pages of our own: each form
// has a CSRF field, the second factor is a page of its own or a field of the login page. The user
// is probe / secret-password, the TOTP seed is JBSWY3DPEHPK3PXP.
//
// Clients: basic, post, public (PKCE required), jwt (private_key_jwt, RS256), jwt-es256, jwt-ps256,
// jwt-eddsa; es256, ps256 and eddsa are like basic and get their id_tokens signed so. Secrets are
// `<client>-secret`, redirect URI https://localhost/callback. scope `orders:read` with
// resource=urn:shop gives JWT access tokens for that audience.
//
// POST /test/faults {..} switches faults on (see oidc_faults.mjs), {} all off.
// POST /test/rotate {"overlap": true|false} new signing keys, the old ones still served or not.
// POST /test/revoke ends all access tokens. GET /test/counts requests by path. GET /test/keys
// {client: PEM} of the private_key_jwt clients.
// Options: {"access_token_ttl": 3600, "id_token_ttl": 3600, "issuer": the URL that a proxy before it
// has, "scopes": more of them, "clients": more of them, as oidc-provider takes them and with
// "public_key": {"kid": .., "pem": ..}}.
import {createServer} from 'node:http';
import {accounts, interactions} from './oidc_pages.mjs';
import {breakRequest, breakResponse, faults, setFaults} from './oidc_faults.mjs';
import {clientKeys, clients, newKeys, withKey} from './oidc_clients.mjs';
import {listen, load, options, ready} from './modules.mjs';

const given = options({access_token_ttl: 3600, id_token_ttl: 3600, scopes: [], clients: []});
const {default: Provider} = await load('oidc-provider');
const {default: MemoryAdapter, setStorage} = await load('oidc-provider/lib/adapters/memory_adapter.js');

const storage = new Map();
setStorage(storage);
const counts = {};
const more = await Promise.all(given.clients.map(withKey));
let keys = await newKeys();
let provider;

class Adapter extends MemoryAdapter {
  async consume(id) {
    const keep = this.model === 'RefreshToken' && faults.refresh_reuse;
    if (!keep) await super.consume(id);
  }
}

// Consent is given in advance unless the fault `consent` makes its page appear.
async function loadExistingGrant(ctx) {
  const {client, session, provider: self, params, resourceServers} = ctx.oidc;
  const grantId = ctx.oidc.result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  if (grantId) return self.Grant.find(grantId);
  if (faults.consent) return undefined;
  const grant = new self.Grant({clientId: client.clientId, accountId: session.accountId});
  grant.addOIDCScope(params.scope);
  for (const name of Object.keys(resourceServers ?? {})) {
    grant.addResourceScope(name, params.scope);
  }
  await grant.save();
  return grant;
}

const resourceIndicators = {
  enabled: true,
  defaultResource: (ctx) => (ctx.oidc.params?.scope?.includes('orders:') ? 'urn:shop' : undefined),
  useGrantedResource: () => true,
  getResourceServerInfo: (ctx, resource) => ({
    scope: 'orders:read orders:write',
    audience: resource,
    accessTokenFormat: 'jwt',
    accessTokenTTL: given.access_token_ttl,
    jwt: {sign: {alg: 'RS256'}},
  }),
};

function configuration() {
  return {
    adapter: Adapter,
    clients: [...clients, ...more],
    findAccount: (ctx, id) => accounts.find(id),
    jwks: {keys: keys.signing},
    scopes: [
      'openid', 'profile', 'offline_access', 'orders:read', 'orders:write', ...given.scopes,
    ],
    claims: {openid: ['sub'], profile: ['name']},
    conformIdTokenClaims: false,
    cookies: {keys: ['not secret, only a test']},
    features: {
      devInteractions: {enabled: false},
      clientCredentials: {enabled: true},
      introspection: {enabled: true},
      revocation: {enabled: true},
      resourceIndicators,
    },
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    },
    pkce: {methods: ['S256'], required: (ctx, client) => client.clientAuthMethod === 'none'},
    issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: () => !faults.no_rotation,
    loadExistingGrant,
    interactions: {url: (ctx, interaction) => `/interaction/${interaction.uid}`},
    ttl: {
      AccessToken: given.access_token_ttl,
      ClientCredentials: given.access_token_ttl,
      IdToken: given.id_token_ttl,
      RefreshToken: 86400, AuthorizationCode: 60, Grant: 86400, Interaction: 600, Session: 86400,
    },
  };
}

function makeProvider(issuer) {
  const made = new Provider(issuer, configuration());
  made.proxy = Boolean(given.issuer);
  made.use((ctx, next) => breakResponse(ctx, next, keys));
  return made;
}

async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

const administration = {
  'POST /test/faults': (body) => setFaults(body),
  'POST /test/rotate': async ({overlap}) => {
    const fresh = await newKeys();
    fresh.served = overlap ? [...fresh.served, ...keys.served] : fresh.served;
    fresh.stale = keys.served;
    keys = fresh;
    provider = makeProvider(provider.issuer);
  },
  'POST /test/revoke': () => {
    for (const key of storage.keys()) {
      if (/^(AccessToken|ClientCredentials):/.test(key)) storage.delete(key);
    }
  },
  'GET /test/counts': () => counts,
  'GET /test/keys': () => clientKeys,
};

async function administer(request, response) {
  const body = await readBody(request);
  const answer = await administration[`${request.method} ${request.url}`]?.(JSON.parse(body || '{}'));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer ?? {}));
}

async function handle(request, response) {
  const {pathname} = new URL(request.url, 'http://server/');
  if (pathname.startsWith('/test/')) return administer(request, response);
  const counted = pathname.startsWith('/auth/') ? '/auth/resume' : pathname;
  counts[counted] = (counts[counted] ?? 0) + 1;
  if (await breakRequest(pathname, request, response)) return undefined;
  if (pathname.startsWith('/interaction/')) {
    return interactions(provider, request, response, readBody);
  }
  return provider.callback()(request, response);
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    process.stderr.write(`${request.method} ${request.url}: ${error.stack}\n`);
    response.statusCode = 500;
    response.end(String(error));
  });
});
const port = await listen(server);
provider = makeProvider(given.issuer ?? `http://127.0.0.1:${port}`);
ready(port);
