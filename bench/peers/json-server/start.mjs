// node start.mjs URL DIRECTORY: json-server, which keeps all tasks in memory and in one file that it writes at each change, without history and without waiting for the disk.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import server from 'json-server';

const { hostname, port } = new URL(process.argv[2]);
const file = join(process.argv[3], 'db.json');
writeFileSync(file, JSON.stringify({ task: Array.from({ length: 1_000 }, (_, n) => ({ id: n + 1, done: false, summary: 'Load' })) }));
const app = server.create();
app.use(server.defaults({ logger: false }));
app.use(server.router(file));
app.listen(port, hostname);
