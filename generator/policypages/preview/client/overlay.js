// The problems of a page, as the terminal tells them: excerpt, mark, chain and hint, over the last good page.
import { address, h, icon, plural } from './frame.js';

export class Overlay {
  constructor(frame) {
    this.frame = frame;
    this.isShown = false;
    this.alone = frame.isNotice;
  }

  /** Take in problems: what was open stays open only where it is the same. */
  fill({ problems, count, text }) {
    const held = this.box?.contains(this.frame.root.activeElement);
    this.remove();
    this.refocus = held;
    this.copied = text;
    const errors = problems.filter(one => one.severity === 'error').length;
    const gone = problems.some(one => ['unknown-entity', 'unknown-policy'].includes(one.code) && / any more$/.test(one.message));
    const lead = this.alone
      ? 'This page could not be made yet. It comes by itself as soon as this is mended.'
      : gone ? 'This page is gone: what is shown is what it was.'
        : 'The page shows its last good version. It follows by itself as soon as this is mended.';
    this.copy = h('button', { type: 'button', onclick: () => this.toClipboard() }, icon('copy'), h('span', {}, 'Copy'));
    this.box = h('section', {
      class: `problems ${this.alone ? 'alone' : ''} ${errors ? '' : 'mild'}`, role: 'alertdialog', 'aria-modal': 'false',
      'aria-labelledby': 'problems-title', 'aria-describedby': 'problems-lead', tabindex: '-1',
    },
    h('header', {},
      h('div', { class: 'words' }, h('h2', { id: 'problems-title' }, icon('problem'), plural(count, 'problem')), h('p', { id: 'problems-lead' }, lead)),
      h('div', { class: 'actions' }, this.copy,
        h('a', { href: address('/_overview/'), class: gone ? 'first' : '' }, icon('sites'), h('span', {}, 'All sites')),
        this.alone ? null : h('button', { type: 'button', 'aria-keyshortcuts': 'Escape', onclick: () => this.hide() }, icon('close'), h('span', {}, 'Hide'), h('kbd', {}, 'Esc')))),
    h('ol', {}, problems.map(one => this.problem(one))),
    count > problems.length ? h('p', { class: 'rest' }, `and ${plural(count - problems.length, 'more problem')}: the terminal shows them`) : null);
  }

  problem(one) {
    const notes = [
      one.chain.length ? [h('dt', {}, 'in'), h('dd', {}, one.chain.join(' → '))] : null,
      one.entities.length > 1 || (one.entities.length && !one.chain.length)
        ? [h('dt', {}, 'hits'), h('dd', {}, one.entities.slice(0, 5).join(', ') + (one.entities.length > 5 ? ` and ${(one.entities.length - 5).toLocaleString('en')} more` : ''))] : null,
      one.hint ? [h('dt', { class: 'hint' }, 'hint'), h('dd', { class: 'hint' }, ticked(one.hint))] : null,
    ].filter(Boolean);
    return h('li', { class: `problem ${one.severity}` },
      h('p', { class: 'message' }, h('span', { class: 'code' }, `${one.severity}[${one.code}]`), ' ', ticked(one.message)),
      one.excerpts.map(each => this.excerpt(each)),
      notes.length ? h('dl', {}, notes) : null);
  }

  excerpt({ file, line, column, lines, text, whole }) {
    const place = this.frame.place({ file, line, column }, whole ? h('b', {}, file) : null);
    let last = 0;
    const rows = lines.map(one => {
      const gap = last && one.line > last + 1;
      const again = one.line === last;
      last = one.line;
      return [
        gap ? h('span', { class: 'gap', 'aria-hidden': 'true' }, '…') : null,
        h('span', { class: 'number', 'aria-hidden': 'true' }, again ? '' : one.line),
        h('code', { class: 'source' }, one.before,
          h('mark', { class: one.main ? 'main' : 'beside', 'data-caret': (one.main ? '^' : '-').repeat([...one.marked].length || 1) }, one.marked || ' '),
          one.after, one.text ? h('span', { class: 'label' }, ticked(one.text)) : null),
      ];
    });
    return h('div', { class: 'excerpt' }, h('p', { class: 'where' }, place, text ? [' ', text] : null), rows.length ? h('div', { class: 'lines' }, rows) : null);
  }

  async toClipboard() {
    const words = this.copy.querySelector('span');
    try {
      await navigator.clipboard.writeText(this.copied);
      words.textContent = 'Copied';
    } catch {
      words.textContent = 'Not allowed';
    }
    setTimeout(() => { words.textContent = 'Copy'; }, 1500);
  }

  show() {
    if (!this.box.isConnected) this.frame.layer.append(this.box);
    this.isShown = true;
    this.frame.corner.classList.add('beneath');
    if (this.refocus) this.box.focus({ preventScroll: true });
    this.refocus = false;
  }

  hide() {
    if (this.alone) return;
    const held = this.box.contains(this.frame.root.activeElement);
    this.box.remove();
    this.isShown = false;
    this.frame.corner.classList.toggle('beneath', false);
    if (held) this.frame.trouble.focus();
  }

  remove() {
    this.box?.remove();
    this.isShown = false;
    this.frame.corner.classList.toggle('beneath', false);
  }
}

/** Show what stands between backticks as code. */
function ticked(text) {
  return text.split('`').map((part, at) => (at % 2 ? h('code', {}, part) : part));
}
