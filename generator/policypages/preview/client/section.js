// All that is known of one section: its text, what changes that, its place in the outline, and its facts.
import { h, plural } from './frame.js';

/** Return the parts of a section's card. */
export function sectionCard(panel, section) {
  const { place } = bind(panel.frame);
  return [trail(panel, section), text(panel, section, place), changes(section, place), condition(section, place),
    options(section, place), facts(section, place), references(section, place)].flat().filter(Boolean);
}

const bind = frame => ({ place: (...given) => frame.place(...given) });

/** The section's place in the outline: what is above it, and the how-manieth it is there. */
function trail(panel, section) {
  const { above, nth, beside, anchor } = section;
  const up = above.map(one => h('li', {}, h('button', { type: 'button', class: 'link', onclick: () => panel.select(one.anchor) }, one.title)));
  const where = above.length ? `in ${above.at(-1).title}` : 'of this page';
  return h('nav', { class: 'trail', 'aria-label': 'Place in the outline' },
    h('ol', {}, h('li', {}, h('button', { type: 'button', class: 'link', onclick: () => panel.select(null) }, panel.page.title)), up,
      h('li', { 'aria-current': 'true' }, h('code', {}, `#${anchor}`))),
    h('p', { class: 'quiet' }, `${section.number ? `Number ${section.number}, s` : 'S'}ection ${nth} of ${beside} ${where}`));
}

function text(panel, section, place) {
  const rows = [];
  if (section.text) {
    const which = [section.variant ? h('span', { class: 'badge' }, `variant ${section.variant}`) : null, section.locale ? h('span', { class: 'badge' }, section.locale) : null];
    rows.push(row('Clause', [h('b', {}, section.clause), ' ', which], place(section.text), 'text'));
    rows.push(row('Used by', panel.count, null, 'shared'));
  } else rows.push(row('Clause', h('span', { class: 'quiet' }, 'none: a heading alone')));
  rows.push(row('Outline', h('span', { class: 'quiet' }, section.outline_by), place(section.outline), 'outline-place'));
  if (section.because && !section.adjusted.some(one => one.because)) rows.push(row('Because', section.because));
  return h('dl', { class: 'rows' }, rows);
}

function changes(section, place) {
  if (!section.adjusted.length && !section.edits.length) return null;
  return h('section', {}, h('h3', {}, 'Changed here'), h('dl', { class: 'rows' },
    section.edits.map(one => row('Edit', [h('del', {}, one.old), ' ', one.new ? h('ins', {}, one.new) : h('span', { class: 'quiet' }, 'taken out')], place(one.span))),
    section.adjusted.map(one => row(`Adjusted${one.keys.length ? ': ' : ''}${one.keys.join(', ')}`, [one.because ? `“${one.because}”` : null, h('span', { class: 'quiet' }, ` by ${one.by}`)], place(one.span)))));
}

function condition(section, place) {
  if (!section.when) return null;
  return h('section', {}, h('h3', {}, 'Shown when'), h('dl', { class: 'rows' },
    row(h('code', {}, section.when.source), 'holds', place(section.when.span)), section.when.facts.map(one => fact(one, place))));
}

function options(section, place) {
  if (!section.options.length) return null;
  return h('section', {}, h('h3', {}, 'Options'), h('dl', { class: 'rows' }, section.options.map(one => row(
    h('code', {}, one.name), [value(one.value), h('span', { class: 'quiet' }, one.default ? ' default' : ` by ${one.by}`)], place(one.span)))));
}

function facts(section, place) {
  return [['Facts in these words', true], ['Only tested', false]].map(([title, printed]) => {
    const some = section.facts.filter(one => one.printed === printed);
    return some.length ? h('section', { class: 'facts' }, h('h3', {}, title, ' ', h('span', { class: 'quiet' }, some.length)), h('dl', { class: 'rows' }, some.map(one => fact(one, place)))) : null;
  });
}

/** One fact: its value, the line that states it, and the group that hands it down. */
function fact(one, place) {
  const name = h('code', {}, one.path);
  if (one.follows.length) {
    const from = one.stated.map(each => h('li', {}, h('code', {}, each.path), ' ', value(each.value), h('br'), place(each.span), origin(each)));
    return row(name, [value(one.value), h('p', { class: 'quiet' }, `follows from ${one.follows.join(', ')}`), from.length ? h('ul', {}, from) : null], null, 'fact');
  }
  const [stated] = one.stated;
  return row(name, value(one.value), stated ? [place(stated.span), origin(stated)] : h('span', { class: 'quiet' }, 'stated nowhere'), 'fact');
}

function origin(stated) {
  return stated.inherited ? h('span', { class: 'badge' }, `from ${stated.by}`) : null;
}

function references(section, place) {
  const some = section.references.filter(one => one.part !== 'address');
  if (!some.length) return null;
  return h('section', {}, h('h3', {}, plural(some.length, 'reference')), h('dl', { class: 'rows' }, some.map(one => row(h('code', {}, one.target), one.shows, place(one.span)))));
}

function value(text) {
  return text === null ? h('span', { class: 'quiet' }, 'not set') : h('span', { class: 'value' }, text);
}

function row(name, content, where = null, kind = '') {
  return h('div', { class: kind }, h('dt', {}, name), h('dd', {}, content, where ? h('div', { class: 'where' }, where) : null));
}
