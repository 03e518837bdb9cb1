// Keep one page true: reload it when its words changed, swap its stylesheets when only these did.
(() => {
  'use strict';
  const own = document.querySelector('policypages-preview script[type="application/json"]');
  if (!own) return;
  const told = JSON.parse(own.textContent);
  const preview = (window.policypagesPreview = Object.assign(new EventTarget(), { told, send: null }));
  const PLACE = 'policypages-preview:' + location.pathname;
  let made = told.made;
  let wrong = told.text;
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

  // ---- stylesheets: the old one goes when the new one is there, so that nothing flashes

  function swapStyles(swap) {
    for (const link of document.querySelectorAll('link[rel="stylesheet"]')) {
      const to = swap[link.getAttribute('href')];
      if (to === undefined) continue;
      const next = link.cloneNode();
      next.setAttribute('href', to);
      next.addEventListener('load', () => link.remove());
      next.addEventListener('error', reload);
      link.after(next);
    }
  }

  // ---- the line to the server

  function hear(message) {
    switch (message.type) {
      case 'reload': reload(); break;
      case 'styles': made = message.made; swapStyles(message.swap); break;
      case 'problems': wrong = message.text; break;
      case 'mended': wrong = ''; break;
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
