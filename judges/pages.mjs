// The pages in Chromium: axe finds nothing to mend (WCAG 2.2 AA and best practices), html-validate no
// error, the console and the Content-Security-Policy have nothing to say, nothing is asked of another
// host, nothing scrolls sideways, and a walk needs no script.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { HtmlValidate } from 'html-validate';
import { chromium } from 'playwright-core';

const baseUrl = process.argv[2] ?? 'http://127.0.0.1:8000';
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const document = '/documents/omsk-days-pavlodar';
const facts = await (await fetch(`${baseUrl}/v1/facts?subject=smak&predicate=product`)).json();
const fact = facts.items[0].id;
const PAGES = [
  '/',
  document,
  `${document}?fact=${fact}`,
  `${document}?at=708,735`,
  '/companies',
  '/companies?city=omsk&sort=text_order',
  '/companies/sibir',
  '/people/vyacheslav-dvorakovskiy',
  '/organizations/delegatsiya-iz-omska',
  '/places/omsk',
  '/events',
  '/events/vystavka-tovarov-i-uslug',
  '/agreements/ustanovlenie-pobratimskikh-svyazey',
  '/quotations/dvorakovskiy-o-svyazyakh',
  '/facts',
  '/search?q=%D0%BE%D0%BC%D1%81%D0%BA',
  '/search?q=%D0%B0%D0%B1%D0%B2%D0%B3%D0%B4',
  '/companies/moskva',
  '/companies?colour=red',
];
const VIEWS = [
  { name: 'light', viewport: { width: 1280, height: 900 } },
  { name: 'dark', viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  { name: 'narrow', viewport: { width: 320, height: 640 } },
  { name: 'narrow and dark', viewport: { width: 320, height: 640 }, colorScheme: 'dark' },
  { name: 'forced colours', viewport: { width: 1280, height: 900 }, forcedColors: 'active' },
];

const complaints = [];
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
});

async function open(context, path) {
  const page = await context.newPage();
  page.on('console', (message) => {
    const isOfStatus = message.text().startsWith('Failed to load resource: the server responded with a status of 4');
    if (!isOfStatus) complaints.push(`${path}: console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${path}: ${error}`));
  await page.route('**/*', (route) => {
    if (route.request().url().startsWith(baseUrl)) return route.continue();
    complaints.push(`${path}: went out: ${route.request().url()}`);
    return route.abort();
  });
  await page.goto(baseUrl + path);
  return page;
}

// Without a policy, since axe is a script that is put into the page.
async function accessible(view) {
  const context = await browser.newContext({ ...view, bypassCSP: true });
  for (const path of PAGES) {
    const page = await open(context, path);
    await page.evaluate(() => document.querySelectorAll('details').forEach((each) => { each.open = true; }));
    await page.evaluate(axe);
    const found = await page.evaluate((tags) => axe.run({ runOnly: tags }), TAGS);
    for (const { id, nodes } of found.violations) {
      complaints.push(`${path}, ${view.name}: ${id}: ${nodes[0].html} (${nodes.length}): ${nodes[0].failureSummary}`);
    }
    const { width } = view.viewport;
    const shown = await page.evaluate(() => document.documentElement.scrollWidth);
    if (shown > width) complaints.push(`${path}, ${view.name}: ${shown} pixels wide`);
    await page.addStyleTag({ content: 'html { font-size: 200% }' });
    const large = await page.evaluate(() => document.documentElement.scrollWidth);
    if (large > width) complaints.push(`${path}, ${view.name}, text twice as large: ${large} pixels wide`);
    await page.close();
  }
  await context.close();
}

// With the policy: whatever it blocks is told on the console.
async function quiet() {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  for (const path of PAGES) {
    const page = await open(context, path);
    for (const note of await page.locator('.notes summary').all().then((all) => all.slice(0, 3))) await note.hover();
    await page.close();
  }
  await context.close();
}

// The same text without script, and a walk from the home page to a passage, to a record and back.
async function scriptless() {
  const [without, within] = [await browser.newContext({ javaScriptEnabled: false }), await browser.newContext()];
  for (const path of PAGES) {
    const texts = [];
    for (const context of [without, within]) {
      const page = await open(context, path);
      texts.push(await page.locator('main').innerText());
      await page.close();
    }
    if (texts[0] !== texts[1]) complaints.push(`${path}: the text is another one without script`);
  }
  const page = await open(without, '/');
  await page.click(`main a[href^="${document}"]`);
  await page.click('article a.n >> nth=3');
  assert.match(page.url(), /#n\d+$/);
  const group = page.locator(new URL(page.url()).hash);
  await group.locator('summary').first().click();
  await group.locator('ul a').first().click();
  assert.match(page.url(), /\?fact=[0-9a-f]{16}#c\d+$/);
  assert.ok(await page.locator('mark.on').count());
  await page.click('.cite > p:first-child > a:first-child');
  assert.ok(!new URL(page.url()).pathname.startsWith('/documents/'));
  await page.click(`main a[href^="${document}?fact="]`);
  assert.match(page.url(), /\?fact=[0-9a-f]{16}#c\d+$/);
  for (const context of [without, within]) await context.close();
}

// What is printed has the notes, although they are closed on the screen.
async function printed() {
  const context = await browser.newContext();
  const page = await open(context, document);
  await page.emulateMedia({ media: 'print' });
  const quotes = page.locator('.notes details q');
  const heights = await quotes.evaluateAll((all) => all.map((each) => each.getClientRects().length));
  if (!heights.length || heights.includes(0)) complaints.push('the notes are not printed');
  await context.close();
}

async function valid() {
  const validator = new HtmlValidate({
    extends: ['html-validate:recommended', 'html-validate:document', 'html-validate:a11y'],
    rules: { 'no-trailing-whitespace': 'off', 'long-title': 'off', 'require-sri': ['error', { target: 'crossorigin' }], 'void-style': ['error', { style: 'omit' }] },
  });
  for (const path of PAGES) {
    const response = await fetch(baseUrl + path, { headers: { Accept: 'application/json' } });
    assert.match(response.headers.get('content-type'), /^text\/html/, path);
    const report = await validator.validateString(await response.text(), path);
    for (const { messages } of report.results) {
      for (const { ruleId, message, line, column } of messages) {
        complaints.push(`${path}:${line}:${column}: ${ruleId}: ${message}`);
      }
    }
  }
}

const steps = [valid, ...VIEWS.map((view) => () => accessible(view)), quiet, scriptless, printed];
try {
  for (const step of steps) await step().catch((error) => complaints.push(String(error)));
  if (process.env.SHOTS) {
    for (const { name, ...view } of VIEWS) {
      const context = await browser.newContext(view);
      for (const [at, path] of PAGES.entries()) {
        const page = await open(context, path);
        await page.screenshot({ path: `${process.env.SHOTS}/${at}-${name.replaceAll(' ', '-')}.png`, fullPage: true });
        await page.close();
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
}
for (const each of complaints.slice(0, 40)) console.error(each);
assert.equal(complaints.length, 0, `${complaints.length} complaints`);
console.log(`${PAGES.length} pages in ${VIEWS.length} views: nothing to complain of`);
