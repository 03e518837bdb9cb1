// Keep one page true: put in place what changed of it, swap its stylesheets, or load it again.
(() => {
  'use strict';
  const ELEMENT = 'policypages-preview';
  const data = document.querySelector(`${ELEMENT} script[type="application/json"]`);
  if (!data) return;
  const told = JSON.parse(data.textContent);
  const preview = (window.policypagesPreview = Object.assign(new EventTarget(), { told }));
  const PLACE = 'policypages-preview:' + location.pathname;
  let made = told.made;
  let wait = 200;
  let leaving = false;

  // ---- the place where one was reading

  const kept = sessionStorage.getItem(PLACE);
  if (kept !== null) {
    sessionStorage.removeItem(PLACE);
    const [x, y] = JSON.parse(kept);
    const back = () => scrollTo({ left: x, top: y, behavior: 'instant' });
    history.scrollRestoration = 'manual';
    back();
    addEventListener('load', () => { back(); history.scrollRestoration = 'auto'; });
  }

  function reload() {
    if (leaving) return;
    leaving = true;
    sessionStorage.setItem(PLACE, JSON.stringify([scrollX, scrollY]));
    location.reload();
  }

  // ---- words: what is the same stays, with what one has selected and where one is; else the page is loaded again

  const isOurs = node => node.localName === ELEMENT;  // is not touched, whatever was put into it
  let head = document.head.innerHTML;
  let renewing = false;
  let again = false;

  function same(one, other) {
    return one.nodeType === other.nodeType && one.nodeName === other.nodeName && one.attributes?.length === other.attributes?.length
      && [...(one.attributes ?? [])].every(each => other.getAttribute(each.name) === each.value);
  }

  function put(old, next) {
    if (old.isEqualNode(next)) return;
    if (!same(old, next) || !old.hasChildNodes()) { old.replaceWith(document.adoptNode(next)); return; }
    const [mine, theirs] = [old, next].map(node => [...node.childNodes].filter(child => !isOurs(child)));
    let first = 0;
    let last = 0;
    const least = Math.min(mine.length, theirs.length);
    while (first < least && mine[first].isEqualNode(theirs[first])) first++;
    while (last < least - first && mine[mine.length - 1 - last].isEqualNode(theirs[theirs.length - 1 - last])) last++;
    const [gone, come] = [mine.slice(first, mine.length - last), theirs.slice(first, theirs.length - last)];
    if (gone.length === come.length) { gone.forEach((node, at) => put(node, come[at])); return; }
    const before = mine[mine.length - last] ?? [...old.childNodes].find(isOurs) ?? null;
    gone.forEach(node => node.remove());
    come.forEach(node => old.insertBefore(document.adoptNode(node), before));
  }

  async function renew() {
    if (renewing) { again = true; return; }
    renewing = true;
    try {
      const answer = await fetch(location.href.split('#')[0]);
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const element = next.querySelector(ELEMENT);
      if (answer.status !== 200 || !element || next.head.innerHTML !== head || !same(document.documentElement, next.documentElement)
        || !same(document.body, next.body)) {
        reload();
        return;
      }
      Object.assign(told, JSON.parse(element.querySelector('script[type="application/json"]').textContent));
      made = told.made;
      put(document.body, next.body);
      preview.dispatchEvent(new CustomEvent('renewed'));
    } catch {
      reload();
    } finally {
      renewing = false;
      if (again && !leaving) { again = false; renew(); }
    }
  }

  // ---- stylesheets: the old one goes when the new one is there, so that nothing flashes

  function swapStyles(swap) {
    for (const link of document.querySelectorAll('link[rel="stylesheet"]')) {
      const to = swap[link.getAttribute('href')];
      if (to === undefined) continue;
      const next = link.cloneNode();
      next.setAttribute('href', to);
      next.addEventListener('load', () => { link.remove(); head = document.head.innerHTML; });
      next.addEventListener('error', reload);
      link.after(next);
    }
  }

  // ---- the line to the server

  function hear(message) {
    switch (message.type) {
      case 'reload': renew(); break;
      case 'styles': made = message.made; swapStyles(message.swap); break;
    }
    preview.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  function connect() {
    const query = new URLSearchParams({ path: decodeURIComponent(location.pathname), made });
    const socket = new WebSocket(`ws://${location.host}/_preview/live?${query}`);
    socket.addEventListener('open', () => { wait = 200; });
    socket.addEventListener('message', event => hear(JSON.parse(event.data)));
    socket.addEventListener('close', () => {
      if (leaving) return;
      preview.dispatchEvent(new CustomEvent('lost'));
      setTimeout(connect, wait);
      wait = Math.min(wait * 1.6, 5000);
    });
  }

  addEventListener('pagehide', () => { leaving = true; });
  addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
  connect();
})();
