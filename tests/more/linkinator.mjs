// Follow the links of pages with linkinator, each page by itself, and print those that are broken as JSON.
// Called as: node linkinator.mjs ORIGIN PAGE…; what is not at ORIGIN is left alone.
import { LinkChecker } from 'linkinator';

const [origin, ...pages] = process.argv.slice(2);
const elsewhere = `^(?!${origin.replaceAll('.', '\\.')}/)`;
const found = {};
for (const page of pages) {
  const { links } = await new LinkChecker().check({
    path: page,
    checkFragments: true,
    linksToSkip: [elsewhere],
  });
  if (links.filter((link) => link.state === 'OK').length < 2) throw new Error(`${page}: no links were followed`);
  found[page] = [...new Set(links.filter((link) => link.state === 'BROKEN').map((link) => link.url))].sort();
}
console.log(JSON.stringify(found));
