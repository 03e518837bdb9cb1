// Read `_headers` and `_redirects` of a folder as Netlify does, and ask Cloudflare's redirects for addresses; print JSON.
// Called as: node hosts.mjs netlify FOLDER, or: node hosts.mjs cloudflare FOLDER PATH…
import { existsSync, readFileSync } from 'node:fs';

const [host, folder, ...paths] = process.argv.slice(2);
const redirects = `${folder}/_redirects`;
let found;
if (host === 'netlify') {
  const { parseAllHeaders } = await import('@netlify/headers-parser');
  const { parseAllRedirects } = await import('@netlify/redirect-parser');
  const headers = await parseAllHeaders({ headersFiles: [`${folder}/_headers`], minimal: true });
  const moved = await parseAllRedirects({ redirectsFiles: [redirects], minimal: true });
  const errors = [...headers.errors, ...moved.errors].map(String);
  found = { headers: headers.headers, redirects: moved.redirects, errors };
} else {
  const { generateRedirectsEvaluator } = await import('redirects-in-workers');
  const text = existsSync(redirects) ? readFileSync(redirects, 'utf8') : '';
  const evaluate = generateRedirectsEvaluator(text);
  found = {};
  for (const path of paths) {
    const answer = await evaluate(new Request(`https://site.example${path}`), { fetch: () => new Response() });
    found[path] = answer && [answer.status, answer.headers.get('Location')];
  }
}
console.log(JSON.stringify(found));
