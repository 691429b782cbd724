// A WebSocket server (npm `ws`). The path chooses what it does:
//   /echo          sends back what it gets, text as text, binary as binary
//   /greet         sends {"type":"welcome"} first, then echoes
//   /pong          answers {"type":"ping"} with {"type":"pong"}, and nothing else
//   /close?after=N&code=C&reason=R  closes with C after N messages (0: at once)
//   /silent        accepts, and never answers a message
//   /deaf          accepts, and never answers a close frame or a ping
//   /refuse?status=S  answers the handshake with that status
//   /hang          never answers the handshake
//   /drop          accepts, then destroys the connection at the first message
//   /flood?count=N sends N messages of 1 kB after the first message
//   /binary        sends the bytes 0..255 after the first message
//   /bad-accept    answers the handshake with a wrong Sec-WebSocket-Accept
// Subprotocols: takes the first offered one of `protocols`. The headers of the handshake are sent
// back on /headers. Options: {"protocols": ["v1.picket"], "cert": file, "key": file}.
import {readFileSync} from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import {listen, load, options, ready} from './modules.mjs';

const given = options({protocols: ['v1.picket', 'v2.picket']});
const {WebSocketServer} = (await load('ws')).default;

const behaviours = {
  '/echo': echo,
  '/greet': (socket) => { socket.send('{"type":"welcome"}'); echo(socket); },
  '/pong': pong,
  '/close': closeAfter,
  '/silent': () => {},
  '/deaf': (socket) => socket._socket.pause(),
  '/drop': (socket) => socket.on('message', () => socket.terminate()),
  '/flood': flood,
  '/binary': (socket) => socket.on('message', () => socket.send(Buffer.from([...Array(256).keys()]))),
  '/headers': (socket, url, request) => socket.send(JSON.stringify(request.headers)),
};

function echo(socket) {
  socket.on('message', (data, isBinary) => socket.send(data, {binary: isBinary}));
}

function pong(socket) {
  socket.on('message', (data) => {
    if (JSON.parse(data).type === 'ping') socket.send('{"type":"pong"}');
  });
}

function closeAfter(socket, url) {
  let left = Number(url.searchParams.get('after') ?? 0);
  const code = Number(url.searchParams.get('code') ?? 1000);
  const close = () => socket.close(code, url.searchParams.get('reason') ?? '');
  if (left === 0) return close();
  socket.on('message', (data, isBinary) => {
    socket.send(data, {binary: isBinary});
    if (--left === 0) close();
  });
}

function flood(socket, url) {
  const count = Number(url.searchParams.get('count') ?? 1000);
  socket.on('message', () => {
    for (let i = 0; i < count; ++i) socket.send('x'.repeat(1024));
  });
}

function refuse(socket, status) {
  const body = 'no websocket here\n';
  socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? 'Refused'}\r\n` +
             `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n` +
             `Connection: close\r\n\r\n${body}`);
}

function upgrade(request, socket, head) {
  const url = new URL(request.url, 'http://server/');
  socket.on('error', () => {});
  if (url.pathname === '/hang') return;
  if (url.pathname === '/bad-accept') {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
                 'Connection: Upgrade\r\nSec-WebSocket-Accept: bm90IHRoZSBrZXkgb2YgdGhpcw==\r\n\r\n');
    return;
  }
  if (url.pathname === '/refuse') return refuse(socket, Number(url.searchParams.get('status') ?? 403));
  const behave = behaviours[url.pathname];
  if (!behave) return refuse(socket, 404);
  accepting.handleUpgrade(request, socket, head, (client) => {
    client.on('error', () => {});
    behave(client, url, request);
  });
}

const accepting = new WebSocketServer({
  noServer: true,
  maxPayload: 16 << 20,
  handleProtocols: (offered) => given.protocols.find((name) => offered.has(name)) ?? false,
});
const server = given.cert
  ? https.createServer({cert: readFileSync(given.cert), key: readFileSync(given.key)})
  : http.createServer();
server.on('request', (request, response) => response.writeHead(426).end('upgrade required\n'));
server.on('upgrade', upgrade);
ready(await listen(server));
