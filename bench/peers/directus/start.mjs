// node start.mjs URL: Directus on PostgreSQL. A change of a task is a PATCH of one field; Directus keeps its activity and its revisions as history.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import './no-isolated-vm.mjs';
import { create, host, query, tasks, user } from '../database.mjs';

const { hostname, port } = new URL(process.argv[2]);
const cli = fileURLToPath(import.meta.resolve('@directus/api/cli/run.js'));
Object.assign(process.env, {
  DB_CLIENT: 'pg', DB_HOST: host, DB_PORT: '5432', DB_DATABASE: 'directus', DB_USER: user, DB_PASSWORD: 'none',
  HOST: hostname, PORT: port, SECRET: 'bench', ADMIN_EMAIL: 'bench@example.com', ADMIN_PASSWORD: 'bench', ADMIN_TOKEN: 'bench',
  TELEMETRY: 'false', LOG_LEVEL: 'error', SERVE_APP: 'false', EXTENSIONS_PATH: import.meta.dirname,
});
await create('directus');
const bootstrap = spawnSync(process.execPath, ['--import', import.meta.resolve('./no-isolated-vm.mjs'), cli, 'bootstrap'], { stdio: ['ignore', 'ignore', 'inherit'] });
if (bootstrap.status !== 0) process.exit(bootstrap.status ?? 1);
await query('directus',
  'create table task (id integer primary key, done boolean not null, summary text not null)',
  `insert into task select n, false, 'Load' from generate_series(1, ${tasks}) n`,
  "insert into directus_collections (collection, accountability) values ('task', 'all')",
  'analyze');
process.argv.splice(2, 1, 'start');
await import(cli);
