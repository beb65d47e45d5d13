// The two generated TypeScript clients, used as a reader would: strictly typed, then live.
import assert from 'node:assert/strict';
import createFetchClient from 'openapi-fetch';
import type { components, paths } from './out/types.ts';
import { client as heyClient } from './out/hey/client.gen.ts';
import { getCompany, listCompanies } from './out/hey/sdk.gen.ts';
import type { CompanyDetail, CompanyPage, Problem } from './out/hey/types.gen.ts';

const baseUrl = process.argv[2] ?? 'http://127.0.0.1:8000';

// Lists have other forms too; a client says once which it reads.
type Json = 'application/json' | 'application/problem+json';
type Detail = components['schemas']['CompanyDetail'];
type Page = components['schemas']['CompanyPage'];

async function withOpenapiTypescript(): Promise<void> {
  const client = createFetchClient<paths, Json>({ baseUrl });
  const one = await client.GET('/v1/companies/{id}', { params: { path: { id: 'sibir' } } });
  const company: Detail | undefined = one.data;
  assert.equal(company?.legal_form, 'ЗАО');
  assert.ok(company?.facts[0]?.evidence[0]?.exact);
  const query = { city: ['omsk'], legal_form: ['ООО'], limit: 2 };
  const list = await client.GET('/v1/companies', { params: { query } });
  const page: Page | undefined = list.data;
  assert.equal(page?.total, 5);
  assert.equal(page?.items.length, 2);
  const missing = await client.GET('/v1/companies/{id}', { params: { path: { id: 'nope' } } });
  assert.equal(missing.data, undefined);
  const problem: components['schemas']['Problem'] | undefined = missing.error;
  assert.equal(problem?.status, 404);
}

async function withHeyApi(): Promise<void> {
  heyClient.setConfig({ baseUrl });
  const one = await getCompany({ path: { id: 'sibir' } });
  const company: CompanyDetail | undefined = one.data;
  assert.equal(company?.legal_form, 'ЗАО');
  const list = await listCompanies({ query: { city: ['omsk'], legal_form: ['ООО'], limit: 2 } });
  const page: CompanyPage | undefined = list.data;
  assert.equal(page?.total, 5);
  const missing = await getCompany({ path: { id: 'nope' } });
  const problem: Problem | undefined = missing.error;
  assert.equal(problem?.status, 404);
  assert.equal(problem?.type, '/problems/not-found');
}

await withOpenapiTypescript();
await withHeyApi();
console.log('both TypeScript clients: a company, a filtered page, a typed 404');
