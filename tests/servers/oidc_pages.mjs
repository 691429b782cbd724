// The login, second factor and consent pages of oidc.mjs. They need the hidden field `csrf` of the
// page and the provider's interaction cookie. Faults (oidc_faults.mjs):
//   login_renamed: true       the fields are called login and pass
//   login_no_form: true       the page holds no form (a script would make it)
//   login_status: N           the login page answers N
//   totp: "page"|"same_page"  a second page asks for `otp`; the login page does
//   login_lang: "decoys"      a search form and a newsletter form stand before the login form
import {createHmac, randomBytes} from 'node:crypto';
import {faults} from './oidc_faults.mjs';

const user = {name: 'probe', password: 'secret-password'};
const totpSeed = Buffer.from('48656c6c6f21deadbeef', 'hex');  // JBSWY3DPEHPK3PXP

export const accounts = {
  find: (id) => ({accountId: id, claims: () => ({sub: id, name: 'A Probe'})}),
};

const tokens = new Map();  // interaction uid -> {csrf, passed}

function page(title, body, error) {
  const alert = error ? `<p class="error" role="alert">${error}</p>` : '';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><!-- <form action="/not-this"><input name="username"></form> -->
<h1>${title}</h1>${alert}${body}</body></html>`;
}

const decoys = `<form action="/search"><input name="q" type="search"></form>
<form action="/newsletter" method="post"><input name="email"><button>Subscribe</button></form>`;

function loginForm(uid, csrf) {
  if (faults.login_no_form) return '<div id="root"></div><script src="/app.js"></script>';
  const [name, pass] = faults.login_renamed ? ['login', 'pass'] : ['username', 'password'];
  const otp = faults.totp === 'same_page' ? '<input name="otp" inputmode="numeric">' : '';
  return `${faults.login_lang === 'decoys' ? decoys : ''}
<form method="post" action="${uid}/login?from=web&amp;v=2">
<input type="hidden" name="csrf" value="${csrf}"><input type=hidden name='lang' value=en>
<label>User <input name="${name}" autocomplete="username" required></label>
<label>Password <input type="password" name="${pass}" required></label>${otp}
<label><input type="checkbox" name="remember" value="1" checked> Remember me</label>
<button type="submit" name="action" value="login">Sign in</button></form>`;
}

const totpForm = (uid, csrf) => `<form method="post" action="${uid}/totp">
<input type="hidden" name="csrf" value="${csrf}">
<label>Code <input name="otp" inputmode="numeric" autocomplete="one-time-code"></label>
<button>Continue</button></form>`;

const consentForm = (uid, csrf, scope) => `<p>The client asks for: ${scope}</p>
<form method="post" action="${uid}/consent"><input type="hidden" name="csrf" value="${csrf}">
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button></form>`;

function totp(now) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30000)));
  const mac = createHmac('sha1', totpSeed).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}

const codeFits = (code) => [-30000, 0, 30000].some((shift) => totp(Date.now() + shift) === code);

function send(response, status, html) {
  response.writeHead(status, {'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store'});
  response.end(html);
}

function state(uid) {
  if (!tokens.has(uid)) tokens.set(uid, {csrf: randomBytes(12).toString('base64url')});
  return tokens.get(uid);
}

function show(response, details, status = 200, error = '') {
  const {uid, prompt, params} = details;
  const {csrf, passed} = state(uid);
  if (prompt.name === 'consent') {
    return send(response, 200, page('Consent', consentForm(uid, csrf, params.scope), error));
  }
  if (passed) return send(response, status, page('Second factor', totpForm(uid, csrf), error));
  return send(response, faults.login_status ?? status, page('Sign in', loginForm(uid, csrf), error));
}

async function allow(provider, details) {
  const {params, session, grantId, prompt} = details;
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({accountId: session.accountId, clientId: params.client_id});
  const missing = prompt.details;
  if (missing.missingOIDCScope) grant.addOIDCScope(missing.missingOIDCScope.join(' '));
  if (missing.missingOIDCClaims) grant.addOIDCClaims(missing.missingOIDCClaims);
  for (const [name, scopes] of Object.entries(missing.missingResourceScopes ?? {})) {
    grant.addResourceScope(name, scopes.join(' '));
  }
  return {consent: {grantId: await grant.save()}};
}

const loggedIn = () => ({login: {accountId: user.name}});

function login(form, uid) {
  const [name, pass] = faults.login_renamed ? ['login', 'pass'] : ['username', 'password'];
  if (form.get(name) !== user.name || form.get(pass) !== user.password) {
    return {error: 'Wrong user name or password.'};
  }
  if (faults.totp === 'same_page' && !codeFits(form.get('otp'))) return {error: 'Wrong code.'};
  if (faults.totp !== 'page') return {result: loggedIn()};
  state(uid).passed = true;
  return {};
}

const secondFactor = (form) =>
  (codeFits(form.get('otp')) ? {result: loggedIn()} : {error: 'Wrong code.'});

async function consent(form, provider, details) {
  if (form.get('decision') === 'allow') return {result: await allow(provider, details)};
  return {result: {error: 'access_denied', error_description: 'the user denied the request'}};
}

export async function interactions(provider, request, response, readBody) {
  const details = await provider.interactionDetails(request, response);
  const {uid} = details;
  if (request.method !== 'POST') return show(response, details);
  const form = new URLSearchParams(await readBody(request));
  if (form.get('csrf') !== state(uid).csrf) return send(response, 403, page('Forbidden', '', 'Bad CSRF token.'));
  const path = new URL(request.url, 'http://server/').pathname;
  let answer;
  if (path.endsWith('/login')) answer = login(form, uid);
  else if (path.endsWith('/totp') && state(uid).passed) answer = secondFactor(form);
  else answer = await consent(form, provider, details);
  if (!answer.result) return show(response, details, 200, answer.error);
  tokens.delete(uid);
  return provider.interactionFinished(request, response, answer.result, {mergeWithLastSubmission: true});
}
