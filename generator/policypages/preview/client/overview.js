// List sites in parts, as the server finds them: filter as you type, move by arrows, say how far the index is.
import { preview, told } from './client.js';

const PART = 100;
const [filter, state, mode, list, more, nothing, progress, suggest] = [
  'filter', 'state', 'mode', 'sites', 'more', 'nothing', 'progress', 'suggest',
].map(id => document.getElementById(id));
const number = new Intl.NumberFormat('en');
let shown = 0;
let count = 0;
let known = 0;
let taken = 0;
let asking = null;
let timer = 0;

mode.textContent = (told.mode.drafts ? 'drafts' : 'as published') + (told.mode.day ? `, as of ${told.mode.day}` : '');
mode.title = told.mode.drafts ? 'The sources as they are, released or not' : 'What a build publishes';
filter.value = new URLSearchParams(location.search).get('q') ?? '';

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function link(href, text) {
  const made = document.createElement('a');
  made.href = href;
  made.textContent = text;
  return made;
}

function row(site) {
  const line = element('p', 'line', element('h2', '', link(`/${site.id}/`, site.name)));
  if (site.name !== site.id) line.append(element('code', '', site.id));
  if (site.sample) line.append(element('span', 'tag', 'sample'));
  const pages = site.pages.map(page => {
    const item = element('li', '', link(page.path, page.title));
    if (new Set(site.pages.map(each => each.locale)).size > 1) item.append(' ', element('span', 'locale', page.locale));
    return item;
  });
  return element('li', site.indexed ? '' : 'waiting', line, ...(pages.length ? [element('ul', 'pages', ...pages)] : []));
}

function say(message) {
  const far = message.done < message.total;
  const what = count === known ? number.format(known) : `${number.format(count)} of ${number.format(known)}`;
  state.textContent = `${what} ${known === 1 ? 'site' : 'sites'}` +
    (far ? `, indexing ${number.format(message.done)} of ${number.format(message.total)}` : '');
  progress.hidden = !far;
  progress.max = message.total || 1;
  progress.value = message.done;
}

async function load(from, size = PART) {
  asking?.abort();
  const mine = (asking = new AbortController());
  const query = new URLSearchParams({ from, count: size, q: filter.value });
  let found;
  try {
    const answer = await fetch(`/_preview/index?${query}`, { signal: mine.signal });
    found = await answer.json();
  } catch {
    return; // another question took its place, or the server is away, which the page says by itself
  } finally {
    if (asking === mine) asking = null;
  }
  const rows = found.sites.map(row);
  const at = from ? -1 : links().indexOf(document.activeElement);
  if (from) list.append(...rows); else list.replaceChildren(...rows);
  if (at >= 0) links()[Math.min(at, rows.length - 1)]?.focus({ preventScroll: true });
  shown = from + rows.length;
  count = found.count;
  known = found.of;
  more.hidden = shown >= count;
  nothing.hidden = count > 0;
  nothing.textContent = filter.value.trim() ? `No site matches “${filter.value.trim()}”.` : 'No site is published here.';
  list.setAttribute('aria-busy', 'false');
  if (!from) offer(found.suggest);
  taken = performance.now();
  say(found);
}

function offer(names) {
  suggest.replaceChildren(...(names.length ? ['Sites that use '] : []), ...names.flatMap(name => {
    const button = element('button', '', name);
    button.type = 'button';
    button.addEventListener('click', () => {
      filter.value = filter.value.replace(/\S+\s*$/, `${name} `);
      filter.focus();
      ask();
    });
    return [button];
  }));
}

function ask() {
  const query = filter.value.trim() ? `?${new URLSearchParams({ q: filter.value.trim() })}` : '';
  history.replaceState(null, '', location.pathname + query);
  load(0);
}

filter.addEventListener('input', () => {
  clearTimeout(timer);
  list.setAttribute('aria-busy', 'true');
  timer = setTimeout(ask, 90);
});
more.addEventListener('click', () => load(shown));
new IntersectionObserver(seen => {
  if (seen.some(one => one.isIntersecting) && !more.hidden && !asking) load(shown);
}, { rootMargin: '600px' }).observe(more.parentElement);

// ---- keys: arrows walk over the names of sites and over the pages of one, Enter opens what the browser says it does

function links() {
  return [...list.querySelectorAll('h2 a')];
}

function step(by) {
  const all = links();
  const current = document.activeElement.closest?.('#sites > li');
  const at = current ? [...list.children].indexOf(current) + by : by > 0 ? 0 : -1;
  if (at < 0) filter.focus(); else (all[at] ?? all.at(-1))?.focus();
}

document.addEventListener('keydown', event => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const inList = list.contains(document.activeElement);
  const inFilter = document.activeElement === filter;
  if (event.key === 'ArrowDown' && (inList || inFilter)) step(1);
  else if (event.key === 'ArrowUp' && inList) step(-1);
  else if (inList && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
    const beside = [...document.activeElement.closest('#sites > li').querySelectorAll('a')];
    beside[beside.indexOf(document.activeElement) + (event.key === 'ArrowRight' ? 1 : -1)]?.focus();
  } else if (event.key === 'Enter' && inFilter) {
    const only = list.querySelectorAll('.pages a');
    (only.length === 1 ? only[0] : links()[0])?.click();
  } else if (event.key === '/' && !inFilter) filter.focus();
  else if (event.key === 'Escape' && inList) filter.focus();
  else return;
  event.preventDefault();
});

preview.addEventListener('index', ({ detail }) => {
  // names that are shown as ids come in as soon as they are known, but not at every step
  const waits = list.querySelector('.waiting') && performance.now() - taken > 1000;
  if (detail.done < detail.total && shown && !waits) say(detail);
  else if (!asking) load(0, Math.min(500, Math.max(PART, shown)));
});
preview.addEventListener('found', () => load(0, Math.min(500, Math.max(PART, shown))));
load(0);
