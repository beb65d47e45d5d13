// The docs page in Chromium, with all traffic to anywhere else blocked: it renders, executes an
// operation, and neither the console nor the Content-Security-Policy has anything to say.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const baseUrl = process.argv[2] ?? 'http://127.0.0.1:8000';
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
});
try {
  for (const width of [1280, 390]) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const complaints = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.route('**/*', (route) => {
      if (route.request().url().startsWith(baseUrl)) return route.continue();
      complaints.push(`went out: ${route.request().url()}`);
      return route.abort();
    });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    await page.goto(`${baseUrl}/docs`);
    await page.click('#operations-companies-list_companies .opblock-summary-control');
    await page.click('#operations-companies-list_companies .execute');
    const answer = page.locator('#operations-companies-list_companies .live-responses-table');
    await answer.waitFor();
    assert.match(await answer.innerText(), /200/);
    assert.match(await answer.innerText(), /Казэнергокабель/);
    const shown = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(shown <= width, `the page is ${shown} pixels wide`);
    assert.deepEqual(complaints, []);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/docs-${width}.png`, fullPage: true });
    await page.close();
    console.log(`the docs page at ${width} pixels: rendered, executed, nothing to complain of`);
  }
} finally {
  await browser.close();
}
