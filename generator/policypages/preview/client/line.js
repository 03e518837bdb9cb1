// The line to the server: it is opened again and again until it stands, soon at first and then more seldom.

const SHORTEST = 150;
const LONGEST = 3000;
const GRACE = 700; // a server that is started again is back sooner, and nobody has to know

export function connect({ query, hear, lost, found }) {
  let wait = SHORTEST;
  let timer = 0;
  let silent = 0;
  let isLost = false;
  let leaving = false;

  function open() {
    clearTimeout(timer);
    timer = 0;
    const socket = new WebSocket(`ws://${location.host}/_preview/live?${new URLSearchParams(query())}`);
    socket.addEventListener('open', () => {
      wait = SHORTEST;
      clearTimeout(silent);
      silent = 0;
      if (isLost) found();
      isLost = false;
    });
    socket.addEventListener('message', event => hear(JSON.parse(event.data)));
    socket.addEventListener('close', () => {
      if (leaving) return;
      silent ||= setTimeout(() => { isLost = true; lost(); }, GRACE);
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 1.6, LONGEST);
    });
  }

  addEventListener('pagehide', () => { leaving = true; });
  addEventListener('online', () => { if (timer) open(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden && timer) open(); });
  open();
}
