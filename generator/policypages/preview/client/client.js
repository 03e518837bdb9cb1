// Keep one page true: what it was told, what the server says of it from now on, and who shows that.
import { connect } from './line.js';
import { Frame } from './frame.js';
import { renew, returnToPlace, reload, swapStyles } from './renew.js';

const element = document.querySelector('policypages-preview script[type="application/json"]');

/** What the server told this page: its path, editor, mode, and what is wrong with it. */
export const told = JSON.parse(element.textContent);

/** Tells what happens: `renewed`, `problems`, `mended`, `index`, `lost`, `found`. */
export const preview = new EventTarget();

const isNotice = document.body.classList.contains('policypages-notice');
const isOverview = told.path === '_overview/index.html';
let made = told.made;
let wrong = told.problems.length > 0;
let asked = false;
let renewing = false;

returnToPlace();
const frame = new Frame({ told, preview, isNotice, isOverview });

function tell(type, detail) {
  preview.dispatchEvent(new CustomEvent(type, { detail }));
}

/** Show the page of now; what is said meanwhile is taken in before it ends. */
async function takeIn() {
  asked = true;
  if (renewing) return;
  renewing = true;
  try {
    while (asked) {
      asked = false;
      if (isNotice) return reload();
      const found = await renew(told.path);
      if (found === null) return reload();
      made = found.made;
      tell('renewed', found);
      if (found.problems.length) hear({ type: 'problems', ...found });
    }
  } catch {
    // the server is away: the line says so, and what was missed is told when it is back
  } finally {
    renewing = false;
  }
}

function hear(message) {
  switch (message.type) {
    case 'reload':
      if (message.made !== made) takeIn();
      return;
    case 'styles':
      made = message.made;
      swapStyles(message.swap).catch(reload);
      return;
    case 'problems':
      wrong = true;
      frame.problems(message);
      break;
    case 'mended':
      wrong = false;
      frame.mended();
      break;
  }
  tell(message.type, message);
}

connect({
  query: () => ({ path: decodeURIComponent(location.pathname), made, wrong: wrong ? '1' : '' }),
  hear,
  lost: () => { frame.lost(true); tell('lost'); },
  found: () => { frame.lost(false); tell('found'); },
});
if (wrong) frame.problems(told);
addEventListener('pageshow', event => { if (event.persisted) reload(); });
