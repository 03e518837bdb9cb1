// What stands over a page: a small bar with its buttons, problems, and the panel; in a shadow root, where no theme reaches.

const LAYERS = ['/_preview/tokens.css', '/_preview/frame.css'];
const ICONS = {
  sites: 'M2 3h12v3H2zM2 8h12v2H2zM2 12h8v2H2z',
  inspect: 'M2 2l5 12 2-5 5-2zM9.5 9.5l4 4',
  problem: 'M8 1.5l7 12.5H1zM8 6v4M8 11.6v1',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  up: 'M3 10l5-5 5 5',
  down: 'M3 6l5 5 5-5',
  copy: 'M5 5V2h9v9h-3M2 5h9v9H2z',
};

/** Make an element: attributes by name, `on…` are listeners, children are elements or text. */
export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (typeof value === 'boolean') made.toggleAttribute(name, value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter(one => one !== null && one !== undefined && one !== ''));
  return made;
}

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** Where the overview and other sites are: at the plain name, also from a page of ENTITY.localhost. */
export function address(path) {
  const own = location.hostname.endsWith('.localhost');
  return own ? `${location.protocol}//localhost${location.port ? `:${location.port}` : ''}${path}` : path;
}

export const plural = (number, noun) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

export class Frame {
  constructor({ told, preview, isNotice, isOverview }) {
    Object.assign(this, { told, preview, isNotice, isOverview });
    this.host = document.createElement('policypages-frame');
    this.root = this.host.attachShadow({ mode: 'open' });
    const sheets = LAYERS.map(href => h('link', { rel: 'stylesheet', href }));
    this.ready = Promise.all(sheets.map(sheet => new Promise(done => {
      sheet.addEventListener('load', done);
      sheet.addEventListener('error', done);
    }))).then(() => this.root.append(this.layer));
    this.layer = h('div', { class: 'layer' }, this.makeBar(), (this.voice = h('p', { class: 'unseen', 'aria-live': 'assertive' })));
    this.root.append(...sheets);
    document.documentElement.append(this.host);
    // in the top layer nothing of a theme lies above it
    if (typeof this.host.showPopover === 'function') {
      this.host.popover = 'manual';
      this.host.showPopover();
    }
    document.addEventListener('keydown', event => this.key(event));
  }

  makeBar() {
    this.count = h('span');
    this.trouble = h('button', { type: 'button', class: 'trouble', hidden: true, onclick: () => this.overlay.show() }, icon('problem'), this.count);
    this.inspect = h('button', {
      type: 'button', 'aria-pressed': 'false', 'aria-keyshortcuts': 'Alt+I', title: 'Inspect: where does this sentence come from? (Alt+I)',
      hidden: this.isNotice, onclick: () => this.toggleInspect(),
    }, icon('inspect'), h('span', {}, 'Inspect'));
    const sites = h('a', { href: address('/_overview/'), title: 'All sites', hidden: this.isOverview }, icon('sites'), h('span', {}, 'All sites'));
    this.line = h('p', { class: 'lost', role: 'status', hidden: true });
    this.bar = h('div', { class: 'bar', role: 'toolbar', 'aria-label': 'Preview', hidden: this.isOverview }, this.trouble, this.inspect, sites);
    this.corner = h('div', { class: 'corner' }, this.line, this.bar);
    return this.corner;
  }

  say(words) {
    this.voice.textContent = '';
    setTimeout(() => { this.voice.textContent = words; }, 50);
  }

  // ---- problems

  async problems(message) {
    this.current = message;
    const { Overlay } = await import('./overlay.js');
    await this.ready;
    if (this.current !== message) return; // mended, or others, meanwhile
    this.overlay ??= new Overlay(this);
    this.overlay.fill(message);
    this.count.textContent = plural(message.count, 'problem');
    this.trouble.hidden = false;
    this.overlay.show();
    const first = message.problems[0];
    this.say(`${plural(message.count, 'problem')}. ${first.message}${first.file ? `, ${first.file}, line ${first.line}` : ''}`);
  }

  mended() {
    this.current = null;
    this.trouble.hidden = true;
    if (!this.overlay) return;
    this.overlay.remove();
    this.say('Mended');
  }

  // ---- the line to the server

  lost(is) {
    this.line.hidden = !is;
    this.line.textContent = is ? 'Connection lost, trying again' : '';
  }

  // ---- the panel

  async toggleInspect() {
    if (this.isNotice) return;
    const { Panel } = await import('./inspect.js');
    await this.ready;
    this.panel ??= new Panel(this);
    this.panel.toggle();
  }

  key(event) {
    if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === 'KeyI') {
      event.preventDefault();
      this.toggleInspect();
    } else if (event.key === 'Escape' && !event.defaultPrevented) {
      if (this.overlay?.isShown) this.overlay.hide();
      else if (this.panel?.isOpen) this.panel.close();
    }
  }

  // ---- places in files

  /** Show a place of a source, so that a click opens it in the editor. */
  place({ file, line, column = 1 }, words = null) {
    const cut = file.lastIndexOf('/') + 1;
    const text = words ? [words] : [h('span', { class: 'folder' }, file.slice(0, cut)), h('b', {}, `${file.slice(cut)}:${line}`)];
    const { editor } = this.told;
    if (!editor) return h('code', { class: 'place' }, text);
    const title = `Open ${file}:${line} in ${editor.name}`;
    if (editor.link) {
      const parts = { file: file.split('/').map(encodeURIComponent).join('/'), line, column };
      return h('a', { class: 'place', href: editor.link.replace(/\{(file|line|column)\}/g, (_, name) => parts[name]), title }, text);
    }
    return h('button', { type: 'button', class: 'place', title, onclick: event => this.open(event.currentTarget, { file, line, column }) }, text);
  }

  async open(button, asked) {
    button.classList.remove('refused');
    let why;
    try {
      const answer = await fetch('/_preview/open', {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(asked),
      });
      why = answer.headers.get('Content-Type')?.includes('json') ? (await answer.json()).why : await answer.text();
    } catch {
      why = 'the preview does not answer';
    }
    button.classList.toggle('refused', Boolean(why));
    button.parentElement.querySelector('.why')?.remove();
    if (why) button.after(h('span', { class: 'why', role: 'alert' }, why));
  }
}
