// A publisher's web server: node serve.mjs FOLDER PORT
// Static files, on this machine alone.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';

const [folder, port] = process.argv.slice(2);
createServer((request, answer) => {
  const file = createReadStream(join(folder, normalize(new URL(request.url, 'http://publisher').pathname)));
  file.on('open', () => answer.writeHead(200));
  file.on('error', () => answer.writeHead(404).end());
  file.pipe(answer);
}).listen(Number(port), '127.0.0.1');
