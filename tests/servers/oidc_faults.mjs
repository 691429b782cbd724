// The ways in which oidc.mjs can be broken while it runs. Each is off unless its name is set:
//   discovery_status, token_status, jwks_status: N       that endpoint answers N
//   token_delay_ms, jwks_delay_ms, authorize_delay_ms: N it answers that much later
//   jwks_unreachable: true       the connection is closed without an answer
//   discovery_issuer: TEXT       the metadata name another issuer
//   discovery: {name: value}     other values in the metadata, null removes one
//   jwks: "empty"|"stale"        no keys; those from before the last rotation
//   claims: {name: value}        other claims in the id_token, signed as ever; null removes one, a
//                                number for exp, iat, nbf and auth_time is relative to now
//   signature: "tampered"|"none" the id_token's signature does not fit; alg none
//   id_token: "missing"|"garbage"
//   state: TEXT, iss: TEXT       other values in the authorization response
//   token: {name: value}         other values in the token response, null removes one
//   consent: true                the consent page appears
//   refresh_reuse: true          a used refresh token is accepted again
//   no_rotation: true            a refresh gives no new refresh token
// and for the pages, see oidc_pages.mjs: login_renamed, login_no_form, login_status, totp.
import {load} from './modules.mjs';

const {SignJWT, decodeJwt, decodeProtectedHeader} = await load('jose');

export const faults = {};

export function setFaults(wanted) {
  for (const name of Object.keys(faults)) delete faults[name];
  Object.assign(faults, wanted);
}

const endpoints = {
  '/.well-known/openid-configuration': 'discovery',
  '/auth': 'authorize',
  '/token': 'token',
  '/jwks': 'jwks',
  '/me': 'userinfo',
};

// True when the request has been answered here.
export async function breakRequest(pathname, request, response) {
  const name = endpoints[pathname];
  if (!name) return false;
  const delay = faults[`${name}_delay_ms`];
  if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
  if (faults[`${name}_unreachable`]) {
    request.socket.destroy();
    return true;
  }
  const status = faults[`${name}_status`];
  if (!status) return false;
  response.writeHead(status, {'content-type': 'text/plain'});
  response.end(`provoked ${status}\n`);
  return true;
}

function override(target, values) {
  for (const [name, value] of Object.entries(values ?? {})) {
    if (value === null) delete target[name];
    else target[name] = value;
  }
}

const relative = new Set(['exp', 'iat', 'nbf', 'auth_time']);

async function resign(token, claims, keys) {
  const header = decodeProtectedHeader(token);
  const payload = decodeJwt(token);
  override(payload, claims);
  const now = Math.floor(Date.now() / 1000);
  for (const [name, value] of Object.entries(claims)) {
    if (relative.has(name) && typeof value === 'number') payload[name] = now + value;
  }
  return new SignJWT(payload).setProtectedHeader(header).sign(keys.byKid[header.kid]);
}

function tamper(token) {
  const [header, payload, signature] = token.split('.');
  if (faults.signature === 'none') {
    const none = {...JSON.parse(Buffer.from(header, 'base64url')), alg: 'none'};
    return `${Buffer.from(JSON.stringify(none)).toString('base64url')}.${payload}.`;
  }
  const first = signature[0] === 'A' ? 'B' : 'A';
  return `${header}.${payload}.${first}${signature.slice(1)}`;
}

async function breakToken(body, keys) {
  if (body.id_token && faults.claims) {
    body.id_token = await resign(body.id_token, faults.claims, keys);
  }
  if (body.id_token && faults.signature) body.id_token = tamper(body.id_token);
  if (faults.id_token === 'missing') delete body.id_token;
  if (faults.id_token === 'garbage') body.id_token = 'this.is.garbage';
  override(body, faults.token);
}

function breakRedirect(ctx) {
  const location = ctx.response.get('location');
  if (!location?.startsWith('https://localhost/')) return;
  const url = new URL(location);
  for (const name of ['state', 'iss']) {
    if (faults[name] !== undefined) url.searchParams.set(name, faults[name]);
  }
  ctx.set('location', url.href);
}

// Middleware around the provider's own: changes what it answers.
export async function breakResponse(ctx, next, keys) {
  await next();
  const route = ctx.oidc?.route;
  if (route === 'discovery') {
    if (faults.discovery_issuer) ctx.body.issuer = faults.discovery_issuer;
    override(ctx.body, faults.discovery);
  } else if (route === 'jwks') {
    ctx.body = {keys: faults.jwks === 'empty' ? [] : keys.served};
    if (faults.jwks === 'stale' && keys.stale) ctx.body = {keys: keys.stale};
  } else if (route === 'token' && ctx.status === 200) {
    await breakToken(ctx.body, keys);
  } else if (route === 'authorization' || route === 'resume') {
    breakRedirect(ctx);
  }
}
