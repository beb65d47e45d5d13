// A facts file in an editor: the YAML language server, started as editors start it, finds the schema
// by the file's first line, completes the predicates of a company and underlines mistakes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import rpc from 'vscode-jsonrpc/node.js';

const path = process.argv[2];
const facts = readFileSync(path, 'utf8');
const [modeline] = facts.split('\n');
const uri = pathToFileURL(path).href;
const command = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server');
const server = spawn(process.execPath, [command, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
const editor = rpc.createMessageConnection(
  new rpc.StreamMessageReader(server.stdout),
  new rpc.StreamMessageWriter(server.stdin),
);

// The schema store is another host; the first line is all that may lead to a schema.
const settings = { yaml: { validate: true, hover: true, completion: true, schemaStore: { enable: false } } };
editor.onRequest('workspace/configuration', ({ items }) => items.map(({ section }) => settings[section] ?? {}));
editor.onRequest('client/registerCapability', () => null);
let diagnosed;
editor.onNotification('textDocument/publishDiagnostics', ({ diagnostics }) => diagnosed?.(diagnostics));

let version = 0;

// Show a text in the editor; return what it underlines, as `line:column message`, both from 1.
async function type(text) {
  const underlined = new Promise((resolve) => (diagnosed = resolve));
  version += 1;
  if (version === 1) {
    const textDocument = { uri, languageId: 'yaml', version, text };
    await editor.sendNotification('textDocument/didOpen', { textDocument });
  } else {
    const textDocument = { uri, version };
    await editor.sendNotification('textDocument/didChange', { textDocument, contentChanges: [{ text }] });
  }
  const found = await underlined;
  return found.map(({ range: { start }, message }) => `${start.line + 1}:${start.character + 1} ${message}`);
}

// Ask for something at the mark `|` of a text, which is shown without it.
async function ask(request, marked) {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  await type(marked.replace('|', ''));
  const position = { line: before.length - 1, character: before.at(-1).length };
  return editor.sendRequest(`textDocument/${request}`, { textDocument: { uri }, position });
}

try {
  editor.listen();
  const capabilities = { workspace: { configuration: true } };
  await editor.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities });
  await editor.sendNotification('initialized', {});

  assert.deepEqual(await type(facts), []);

  const company = `${modeline}\ncompanies:\n  sibir:\n`;
  const { items } = await ask('completion', `${company}    - predicate: |\n      quote: ЗАО\n`);
  const schema = JSON.parse(readFileSync(new URL('../seed/facts.schema.json', import.meta.url), 'utf8'));
  const predicates = schema.definitions.company.properties.predicate.enum;
  assert.deepEqual(items.map(({ label }) => label).sort(), [...predicates].sort());
  assert.match(JSON.stringify(items), /организационно-правовая форма/);

  const hover = await ask('hover', `${company}    - {predicate: bra|nd, value: x, quote: x}\n`);
  assert.match(hover.contents.value ?? hover.contents, /brand.*торговая марка: a trade mark it uses/);

  assert.deepEqual(await type(`${company}    - {predicate: city, value: Омск, quote: омские}\n`), [
    '4:7 It takes an object and no value.',
  ]);
  // The server shows what is deprecated as it shows mistakes.
  const draft = '    - {draft: true, predicate: brand, value: x, quote: x}\n';
  assert.deepEqual(await type(`${company}${draft}`), ['4:8 A suggestion: read it, then remove `draft`.']);
  const [colour, ...others] = await type(`${company}    - {predicate: colour, value: x, quote: x}\n`);
  assert.match(colour, /^4:19 .*"legal_form"/);
  assert.deepEqual(others, []);
  console.log('the YAML language server: completes predicates, shows their meaning, underlines mistakes');
} finally {
  editor.dispose();
  server.kill();
}
