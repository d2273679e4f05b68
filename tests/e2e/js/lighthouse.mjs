// Lighthouse over pages, as it is by default: a mobile phone on a slow line, both simulated. Standard
// input: {"base", "categories", "settings", "visits": [{"path", "headers"}]}. Standard output: a JSON
// array, for each visit the scores by category (0 to 100), the figures by audit, and what was found wrong.
import { readFileSync } from 'node:fs';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const { base, categories, settings, visits } = JSON.parse(readFileSync(0, 'utf8'));
// It fetches robots.txt as if the page did, which connects to nothing (Content-Security-Policy, default-src), and finds none.
const UNTOLD = ['robots-txt'];
const TIMES = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'speed-index', 'total-byte-weight'];

const chromium = await launch({
  chromePath: process.env.CHROMIUM || '/usr/bin/chromium',
  chromeFlags: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--ignore-certificate-errors'],
});

// It has a session of its own, and would outlive us.
for (const signal of ['SIGTERM', 'SIGHUP'])
  process.on(signal, () => { chromium.kill(); process.exit(1); });

// Each audit that counts and is not passed: its words, and where in the page.
function wrong(lhr, category) {
  return category.auditRefs.filter(ref => ref.weight > 0).map(ref => lhr.audits[ref.id])
    .filter(audit => audit.scoreDisplayMode === 'error' || audit.score !== null && audit.score < 1)
    .map(audit => {
      const rows = (audit.details?.items || []).slice(0, 5).map(x => x.node ? `${x.node.snippet} (${x.node.explanation || ''})` : JSON.stringify(x).slice(0, 300));
      return [`${audit.id}: ${audit.title}`, audit.errorMessage, audit.displayValue, ...rows].filter(Boolean).join('\n    ');
    });
}

const seen = [];
try {
  for (const { path, headers } of visits) {
    const { lhr } = await lighthouse(base + path, { port: chromium.port, logLevel: 'silent', output: 'json', onlyCategories: categories, skipAudits: UNTOLD, extraHeaders: headers, ...settings });
    const all = Object.values(lhr.categories);
    seen.push({
      path, failed: lhr.runtimeError?.message, warnings: lhr.runWarnings,
      scores: Object.fromEntries(all.map(x => [x.id, x.score === null ? null : Math.round(x.score * 100)])),
      figures: Object.fromEntries(TIMES.filter(x => lhr.audits[x]).map(x => [x, lhr.audits[x].numericValue])),
      wrong: Object.fromEntries(all.map(x => [x.id, wrong(lhr, x)])),
    });
  }
} finally {
  await chromium.kill();
}
console.log(JSON.stringify(seen));
