// The clients of oidc.mjs and fresh signing keys.
import {load} from './modules.mjs';

const {exportJWK, exportPKCS8, generateKeyPair, importSPKI} = await load('jose');

const redirectUris = ['https://localhost/callback'];
const grants = ['authorization_code', 'refresh_token', 'client_credentials'];

function client(id, more) {
  return {
    client_id: id,
    client_secret: `${id}-secret`,
    redirect_uris: redirectUris,
    grant_types: grants,
    response_types: ['code'],
    scope: 'openid profile offline_access orders:read orders:write',
    ...more,
  };
}

// {client: PEM of its private key}
export const clientKeys = {};

async function keyClient(id, algorithm) {
  const {publicKey, privateKey} = await generateKeyPair(algorithm, {extractable: true});
  clientKeys[id] = await exportPKCS8(privateKey);
  const jwk = {...(await exportJWK(publicKey)), kid: `${id}-key`, use: 'sig', alg: algorithm};
  return client(id, {
    client_secret: undefined,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: algorithm,
    jwks: {keys: [jwk]},
  });
}

export const clients = [
  client('basic', {token_endpoint_auth_method: 'client_secret_basic'}),
  client('post', {token_endpoint_auth_method: 'client_secret_post'}),
  client('public', {
    client_secret: undefined,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
  }),
  client('ps256', {id_token_signed_response_alg: 'PS256'}),
  client('es256', {id_token_signed_response_alg: 'ES256'}),
  client('eddsa', {id_token_signed_response_alg: 'EdDSA'}),
  await keyClient('jwt', 'RS256'),
  await keyClient('jwt-ps256', 'PS256'),
  await keyClient('jwt-es256', 'ES256'),
  await keyClient('jwt-eddsa', 'EdDSA'),
];

// A client of the options: its `public_key` becomes the `jwks` of private_key_jwt.
export async function withKey({public_key: key, ...rest}) {
  if (!key) return rest;
  const alg = rest.token_endpoint_auth_signing_alg;
  const jwk = await exportJWK(await importSPKI(key.pem, alg));
  return {...rest, jwks: {keys: [{...jwk, kid: key.kid, use: 'sig', alg}]}};
}

// {signing: private JWKs, served: their public halves, by_kid: what signs}
export async function newKeys() {
  const made = {signing: [], served: [], byKid: {}};
  for (const algorithm of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
    const {publicKey, privateKey} = await generateKeyPair(algorithm, {extractable: true});
    const kid = `${algorithm}-${Math.random().toString(16).slice(2, 10)}`;
    const common = {kid, alg: algorithm, use: 'sig'};
    made.signing.push({...(await exportJWK(privateKey)), ...common});
    made.served.push({...(await exportJWK(publicKey)), ...common});
    made.byKid[kid] = privateKey;
  }
  return made;
}
