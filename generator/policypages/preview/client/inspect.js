// Where does this sentence come from? Point at a section of the page, and see its clause, its facts, and who shares it.
import { address, h, icon, plural } from './frame.js';
import { sectionCard } from './section.js';

const WIDE = matchMedia('(min-width: 70rem)');
const USERS = 20;

export class Panel {
  constructor(frame) {
    this.frame = frame;
    this.isOpen = false;
    this.page = null;
    this.selected = null;
    this.users = new Map();
    this.mark = h('div', { class: 'mark', hidden: true }, (this.tag = h('span', { class: 'tag' })));
    this.chosen = h('div', { class: 'mark chosen', hidden: true });
    this.body = h('div', { class: 'inside', tabindex: '-1' });
    this.title = h('h2', { id: 'panel-title' }, 'Inspect');
    this.back = h('button', { type: 'button', class: 'plain', onclick: () => this.select(null) }, 'Outline');
    this.previous = h('button', { type: 'button', class: 'plain', title: 'Section before (↑)', 'aria-label': 'Section before', onclick: () => this.step(-1) }, icon('up'));
    this.next = h('button', { type: 'button', class: 'plain', title: 'Next section (↓)', 'aria-label': 'Next section', onclick: () => this.step(1) }, icon('down'));
    this.box = h('aside', { class: 'panel', 'aria-labelledby': 'panel-title' },
      h('header', {}, this.title, h('div', { class: 'actions' }, this.back, this.previous, this.next,
        h('button', { type: 'button', class: 'plain', title: 'Close (Esc)', 'aria-label': 'Close', onclick: () => this.close() }, icon('close')))),
      this.body);
    this.box.addEventListener('keydown', event => this.key(event));
    this.listeners = {
      mousemove: event => this.point(event.composedPath().includes(frame.host) ? null : this.at(event.target)),
      mouseout: event => { if (!event.relatedTarget) this.point(null); },
      click: event => this.click(event),
      scroll: () => this.draw(),
    };
    this.resized = new ResizeObserver(() => this.draw());
    frame.preview.addEventListener('renewed', () => { if (this.isOpen) this.load(); });
    frame.preview.addEventListener('mended', () => { if (this.isOpen) this.load(); });
    WIDE.addEventListener('change', () => { if (this.isOpen) this.dock(); });
  }

  // ---- open and closed

  toggle() {
    if (this.isOpen) this.close(); else this.open();
  }

  open() {
    this.isOpen = true;
    this.frame.layer.prepend(this.mark, this.chosen);
    this.frame.layer.append(this.box);
    this.frame.inspect.setAttribute('aria-pressed', 'true');
    this.frame.corner.classList.add('beside');
    for (const [name, listener] of Object.entries(this.listeners)) document.addEventListener(name, listener, { capture: true, passive: name !== 'click' });
    this.resized.observe(document.documentElement);
    this.dock();
    this.load();
    this.body.focus({ preventScroll: true });
  }

  close() {
    this.isOpen = false;
    for (const one of [this.mark, this.chosen, this.box]) one.remove();
    this.frame.inspect.setAttribute('aria-pressed', 'false');
    this.frame.corner.classList.remove('beside');
    for (const [name, listener] of Object.entries(this.listeners)) document.removeEventListener(name, listener, { capture: true });
    this.resized.disconnect();
    document.documentElement.style.removeProperty('margin-inline-end');
    document.documentElement.style.removeProperty('padding-block-end');
    this.frame.inspect.focus({ preventScroll: true });
  }

  /** Make room beside the page where there is some, and beneath it where there is none. */
  dock() {
    const { style } = document.documentElement;
    if (WIDE.matches) {
      style.removeProperty('padding-block-end');
      style.setProperty('margin-inline-end', '432px');
    } else {
      style.removeProperty('margin-inline-end');
      style.setProperty('padding-block-end', '60vh');
    }
    this.draw();
  }

  // ---- what the server knows

  async load() {
    const answer = await fetch(`/_preview/inspect?${new URLSearchParams({ page: this.frame.told.path })}`).catch(() => null);
    const found = answer?.ok ? await answer.json() : { why: 'the preview does not answer' };
    this.users.clear();
    this.sections = new Map();
    this.page = found.why ? null : found;
    if (this.page) this.gather(this.page.sections, []);
    if (found.why) {
      this.title.textContent = 'Inspect';
      this.body.replaceChildren(h('p', { class: 'quiet' }, `Nothing to inspect: ${found.why}.`));
      this.selected = null;
    } else this.select(this.sections.has(this.selected) ? this.selected : null, { still: true });
    this.draw();
  }

  gather(sections, above) {
    for (const section of sections) {
      this.sections.set(section.anchor, { ...section, above, beside: sections.length, nth: sections.indexOf(section) + 1 });
      this.gather(section.sections, [...above, section]);
    }
  }

  // ---- pointing

  /** Return the anchor of the innermost section at an element. */
  at(element) {
    for (let one = element?.closest?.('[id]'); one; one = one.parentElement?.closest('[id]')) {
      if (this.sections?.has(one.id) && one.matches('section, div')) return one.id;
    }
    return null;
  }

  point(anchor) {
    if (anchor === this.pointed) return;
    this.pointed = anchor;
    this.draw();
  }

  click(event) {
    if (event.composedPath().includes(this.frame.host) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const anchor = this.at(event.target);
    if (!anchor) return;
    event.preventDefault();
    event.stopPropagation();
    this.select(anchor);
  }

  draw() {
    if (!this.isOpen) return;
    cover(this.mark, this.pointed !== this.selected ? this.pointed : null);
    cover(this.chosen, this.selected);
    this.tag.textContent = this.pointed ? `#${this.pointed}` : '';
    this.mark.classList.toggle('high', this.mark.getBoundingClientRect().top < 28);
  }

  // ---- choosing

  select(anchor, { still = false } = {}) {
    const held = this.box.contains(this.frame.root.activeElement);
    const scrolled = this.body.scrollTop;
    const same = anchor === this.selected;
    this.selected = anchor;
    this.back.hidden = this.previous.hidden = this.next.hidden = !anchor;
    if (anchor) this.showSection(this.sections.get(anchor)); else this.showOutline();
    this.body.scrollTop = same ? scrolled : 0;
    const element = anchor && document.getElementById(anchor);
    if (element && !still) {
      const box = element.getBoundingClientRect();
      const room = WIDE.matches ? innerHeight : innerHeight * 0.42;
      if (box.top < 0 || box.top > room * 0.75) element.scrollIntoView({ block: 'start' });
    }
    if (held && !this.box.contains(this.frame.root.activeElement)) this.body.focus({ preventScroll: true });
    this.draw();
  }

  step(by) {
    const all = [...this.sections.keys()];
    const next = all[all.indexOf(this.selected) + by];
    if (next) this.select(next);
  }

  key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = [...this.body.querySelectorAll('.outline button')];
    if (rows.length) rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(this.frame.root.activeElement) + by))]?.focus();
    else this.step(by);
    event.preventDefault();
  }

  showOutline() {
    const { page } = this;
    this.title.textContent = page.title;
    const tree = sections => h('ol', { class: 'outline' }, sections.map(section => h('li', {},
      h('button', {
        type: 'button', onclick: () => this.select(section.anchor),
        onmouseenter: () => this.point(section.anchor), onmouseleave: () => this.point(null),
      }, h('span', { class: 'number' }, section.number ? `${section.number}.` : ''), h('span', {}, section.title), h('code', {}, `#${section.anchor}`),
      section.variant || section.edits.length || section.adjusted.length ? h('span', { class: 'badge' }, section.variant ? `@${section.variant}` : section.edits.length ? 'edited' : 'adjusted') : null),
      section.sections.length ? tree(section.sections) : null)));
    this.body.replaceChildren(
      h('p', { class: 'quiet' }, `${page.name}, policy ${page.policy}, ${page.locale}. Click a section on the page, or choose one here.`),
      page.wrong ? h('p', { class: 'note' }, 'The sources have errors: what is said here is of the sources, not of the last good page.') : '',
      tree(page.sections),
      page.left_out.length ? h('section', {}, h('h3', {}, 'Not on this page'), h('ul', { class: 'left' }, page.left_out.map(one => this.leftOut(one)))) : '');
  }

  leftOut(one) {
    const because = one.why === 'when' && one.when ? ['when ', h('code', {}, one.when.source), ' does not hold'] : ['omitted', one.because ? `: ${one.because}` : ''];
    const more = one.below.length ? ` and ${plural(one.below.length, 'section')} below it` : '';
    return h('li', {}, h('b', {}, `#${one.id}`), more, h('br'), h('span', { class: 'quiet' }, because), h('br'), this.frame.place(one.span));
  }

  showSection(section) {
    this.title.textContent = section.title;
    const shared = h('section', { class: 'users' });
    this.count = h('span', {}, '…');
    this.body.replaceChildren(...sectionCard(this, section), section.clause ? shared : '');
    if (section.clause) this.showUsers(section, shared, this.count);
  }

  /** Say which other sites use the clause, as far as the index knows. */
  async showUsers(section, box, count) {
    const name = `clause:${section.clause}`;
    const found = this.users.get(name)
      ?? await fetch(`/_preview/index?${new URLSearchParams({ uses: name, count: USERS + 1 })}`).then(answer => answer.json()).catch(() => null);
    if (!found) return;
    if (found.done === found.total) this.users.set(name, found);
    const all = address(`/_overview/?${new URLSearchParams({ q: name })}`);
    const others = found.sites.filter(site => site.id !== this.page.entity).slice(0, USERS);
    const far = found.done < found.total ? h('span', { class: 'quiet' }, ` indexing ${found.done.toLocaleString('en')} of ${found.total.toLocaleString('en')}`) : null;
    count.replaceChildren(h('a', { href: all }, plural(found.count, 'site')), ...(far ? [far] : []));
    box.replaceChildren(
      h('h3', {}, 'Other sites with this clause'),
      others.length ? h('ul', {}, others.map(site => h('li', {}, h('a', { href: address(this.same(site)) }, site.name))))
        : h('p', { class: 'quiet' }, far ? 'None is known yet.' : 'None.'),
      found.count > USERS + 1 ? h('p', {}, h('a', { href: all }, `all ${plural(found.count, 'site')}`)) : '');
  }

  /** Return the address of the same policy of another site, at the same section. */
  same(site) {
    const pages = site.pages.filter(page => page.locale === this.page.locale);
    const page = pages.find(one => one.path.endsWith(this.page.output.slice(this.page.entity.length).replace(/index\.html$/, ''))) ?? pages[0];
    return page ? `${page.path}#${this.selected}` : `/${site.id}/`;
  }
}

/** Lay a mark over a section. */
function cover(mark, anchor) {
  const element = anchor && document.getElementById(anchor);
  const box = element?.getBoundingClientRect();
  mark.hidden = !box || !box.height;
  if (mark.hidden) return;
  mark.style.insetInlineStart = 'auto';
  mark.style.left = `${box.left - 8}px`;
  mark.style.top = `${box.top - 6}px`;
  mark.style.width = `${box.width + 16}px`;
  mark.style.height = `${box.height + 12}px`;
}
