// node start.mjs URL: Prism, which checks a call against a description and answers its example; nothing is kept.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { hostname, port } = new URL(process.argv[2]);
const cli = createRequire(import.meta.url).resolve('@stoplight/prism-cli');
process.argv.splice(2, 1, 'mock', '--host', hostname, '--port', port, '--verboseLevel', 'error', join(import.meta.dirname, 'openapi.yaml'));
await import(cli);
