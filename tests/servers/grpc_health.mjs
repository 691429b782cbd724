// A gRPC server (npm `@grpc/grpc-js`) with grpc.health.v1.Health of `grpc-health-check`. What Check
// answers depends on the service asked for:
//   ""               SERVING
//   shop.Serving     SERVING          shop.NotServing  NOT_SERVING
//   shop.Unknown     UNKNOWN          anything else    the error NOT_FOUND
//   shop.Hang        never answers    shop.Slow        SERVING after `slow_ms`
//   error.CODE       that status, for example error.UNAVAILABLE, with details "provoked: CODE"
//   shop.Metadata    SERVING only if the call's metadata has `x-probe: picket`
// Options: {"cert": file, "key": file, "client_ca": file} for TLS, else h2c; {"slow_ms": 300};
// {"services": {name: status}} are more of them; {"address": "127.0.0.1:0"}.
import {readFileSync} from 'node:fs';
import {load, options, ready} from './modules.mjs';

const given = options({slow_ms: 300, services: {}, address: '127.0.0.1:0'});
const grpc = (await load('@grpc/grpc-js')).default;
const health = (await load('grpc-health-check')).default;

const statuses = {
  '': 'SERVING',
  'shop.Serving': 'SERVING',
  'shop.NotServing': 'NOT_SERVING',
  'shop.Unknown': 'UNKNOWN',
  ...given.services,
};

function check(call, answer) {
  const {service} = call.request;
  if (service === 'shop.Hang') return;
  if (service === 'shop.Slow') {
    setTimeout(() => answer(null, {status: 'SERVING'}), given.slow_ms);
  } else if (service.startsWith('error.')) {
    const name = service.slice('error.'.length);
    answer({code: grpc.status[name], details: `provoked: ${name}`});
  } else if (service === 'shop.Metadata') {
    const isKnown = call.metadata.get('x-probe').includes('picket');
    answer(null, {status: isKnown ? 'SERVING' : 'NOT_SERVING'});
  } else if (service in statuses) {
    answer(null, {status: statuses[service]});
  } else {
    answer({code: grpc.status.NOT_FOUND, details: `no service ${service}`});
  }
}

function credentials() {
  if (!given.cert) return grpc.ServerCredentials.createInsecure();
  const pair = {cert_chain: readFileSync(given.cert), private_key: readFileSync(given.key)};
  const ca = given.client_ca ? readFileSync(given.client_ca) : null;
  return grpc.ServerCredentials.createSsl(ca, [pair], ca !== null);
}

const server = new grpc.Server();
server.addService(health.service, {
  check,
  watch: (call) => call.write({status: 'SERVING'}),
});
server.bindAsync(given.address, credentials(), (error, port) => {
  if (error) throw error;
  ready(port);
});
