// Put the page of now in the place of the one that is shown, without leaving it: scroll, focus and styles stay.

const PLACE = `policypages-preview:${location.pathname}`;
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';
const SCRIPTS = 'script:not([type="application/json"], [type="application/ld+json"]):not([src^="/_preview/"])';

// ---- the place where one reads: the first section in sight, and how far it is from the top

function place() {
  for (const one of document.querySelectorAll('main [id]')) {
    const box = one.getBoundingClientRect();
    if (box.bottom > 0 && box.top > -box.height) return { id: one.id, top: box.top, x: scrollX, y: scrollY };
  }
  return { x: scrollX, y: scrollY };
}

function goTo({ id, top, x, y }) {
  const one = id && y > 0 ? document.getElementById(id) : null;
  const to = one ? scrollY + one.getBoundingClientRect().top - top : y;
  scrollTo({ left: x, top: to, behavior: 'instant' });
}

/** After a reload of ours, return to the place that was kept. */
export function returnToPlace() {
  const kept = sessionStorage.getItem(PLACE);
  if (kept === null) return;
  sessionStorage.removeItem(PLACE);
  history.scrollRestoration = 'manual';
  goTo(JSON.parse(kept));
  addEventListener('load', () => {
    goTo(JSON.parse(kept));
    history.scrollRestoration = 'auto';
  });
}

/** Load the page anew, and come back to the same place. */
export function reload() {
  sessionStorage.setItem(PLACE, JSON.stringify(place()));
  location.reload();
}

// ---- stylesheets: an old one goes when the new one is there, so that nothing flashes

function arrived(link) {
  return new Promise((done, failed) => {
    link.addEventListener('load', done, { once: true });
    link.addEventListener('error', () => failed(new Error(link.href)), { once: true });
  });
}

/** Put stylesheets in the places of others: `swap` is by the addresses as they stand in the page. */
export async function swapStyles(swap) {
  const next = [];
  for (const link of document.querySelectorAll('link[rel="stylesheet"]')) {
    const to = swap[link.getAttribute('href')];
    if (to === undefined) continue;
    const made = link.cloneNode();
    made.href = to;
    next.push(arrived(made).then(() => link.remove()));
    link.after(made);
  }
  await Promise.all(next);
}

// ---- the page itself

/**
 * Fetch the page, and show it in the place of this one. Returns what it was told, or null where only a
 * reload can show it: it runs scripts of its own, or it is not a page of the site.
 */
export async function renew() {
  const answer = await fetch(location.href, { cache: 'no-store' });
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const element = next.querySelector('policypages-preview script[type="application/json"]');
  if (!element || answer.redirected || next.body.classList.contains('policypages-notice')) return null;
  if (next.querySelector(SCRIPTS) || document.querySelector(SCRIPTS)) return null;
  const told = JSON.parse(element.textContent);
  const finish = await prepareHead(next.head);
  const here = place();
  const kept = keep();
  finish();
  syncAttributes(document.documentElement, next.documentElement);
  put(document.body, next.body);
  kept();
  goTo(here);
  return told;
}

const isOurs = node => node.localName === 'policypages-preview'; // is not touched: what it says was read

function isSame(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName
    && one.attributes?.length === other.attributes?.length
    && [...(one.attributes ?? [])].every(each => other.getAttribute(each.name) === each.value);
}

/** Put what changed of a node in its place, and nothing else: what one has selected elsewhere stays selected. */
function put(old, next) {
  if (old.isEqualNode(next)) return;
  if (!isSame(old, next) || !old.hasChildNodes()) {
    old.replaceWith(document.adoptNode(next));
    return;
  }
  const [mine, theirs] = [old, next].map(node => [...node.childNodes].filter(child => !isOurs(child)));
  const least = Math.min(mine.length, theirs.length);
  let first = 0;
  let last = 0;
  while (first < least && mine[first].isEqualNode(theirs[first])) first++;
  while (last < least - first && mine.at(-1 - last).isEqualNode(theirs.at(-1 - last))) last++;
  const [gone, come] = [mine.slice(first, mine.length - last), theirs.slice(first, theirs.length - last)];
  if (gone.length === come.length) {
    gone.forEach((node, at) => put(node, come[at]));
    return;
  }
  const before = mine[mine.length - last] ?? [...old.childNodes].find(isOurs) ?? null;
  for (const node of gone) node.remove();
  for (const node of come) old.insertBefore(document.adoptNode(node), before);
}

/** Load the stylesheets that are new; what is returned puts the new head in the place of the old. */
async function prepareHead(next) {
  const old = [...document.head.children];
  let from = 0;
  const wanted = [...next.children].map(one => {
    const at = old.findIndex((each, index) => index >= from && each.outerHTML === one.outerHTML);
    if (at < 0) return document.importNode(one, true);
    from = at + 1;
    return old[at];
  });
  const sheets = wanted.filter(one => one.matches('link[rel="stylesheet"]') && !one.isConnected);
  const media = sheets.map(one => one.getAttribute('media'));
  await Promise.all(sheets.map(one => {
    one.media = 'not all'; // it is fetched, and not yet used
    document.head.append(one);
    return arrived(one);
  }));
  return () => {
    sheets.forEach((one, at) => {
      if (media[at] === null) one.removeAttribute('media'); else one.media = media[at];
    });
    // what stays is not moved: a stylesheet that is taken out and put in again is fetched again
    let at = document.head.firstElementChild;
    for (const one of wanted) {
      while (at && at !== one && !wanted.includes(at)) {
        const gone = at;
        at = at.nextElementSibling;
        gone.remove();
      }
      if (at === one) at = at.nextElementSibling;
      else if (!sheets.includes(one)) document.head.insertBefore(one, at);
    }
    for (const one of [...document.head.children]) if (!wanted.includes(one)) one.remove();
  };
}

/** Remember what a reader did with the page; what is returned does it again. */
function keep() {
  const within = selector => [...document.body.querySelectorAll(selector)];
  const open = within('details').map(one => one.open);
  const scrolled = within('nav').map(one => one.scrollTop);
  const had = document.activeElement;
  const focused = within(FOCUSABLE).indexOf(had);
  return () => {
    const details = within('details');
    if (details.length === open.length) details.forEach((one, at) => { one.open = open[at]; });
    within('nav').forEach((one, at) => { one.scrollTop = scrolled[at] ?? 0; });
    if (focused >= 0 && !had.isConnected) within(FOCUSABLE)[focused]?.focus({ preventScroll: true });
  };
}

function syncAttributes(to, from) {
  for (const { name } of [...to.attributes]) if (!from.hasAttribute(name)) to.removeAttribute(name);
  for (const { name, value } of from.attributes) {
    if (name !== 'style' && to.getAttribute(name) !== value) to.setAttribute(name, value);
  }
}
