// List sites in parts, as the server finds them.
(() => {
  'use strict';
  const [filter, state, list, more] = ['filter', 'state', 'sites', 'more'].map(id => document.getElementById(id));
  let shown = 0;
  let asked = 0;

  function row(site) {
    const item = document.createElement('li');
    const name = document.createElement('a');
    name.href = `/${site.id}/`;
    name.textContent = site.name;
    item.append(name);
    for (const page of site.pages) {
      const link = document.createElement('a');
      link.href = page.path;
      link.textContent = page.title;
      item.append(' ', link);
    }
    return item;
  }

  async function load(from) {
    const mine = ++asked;
    const query = new URLSearchParams({ from, count: 100, q: filter.value });
    const told = await (await fetch(`/_preview/index?${query}`)).json();
    if (mine !== asked) return;
    const rows = told.sites.map(row);
    if (from) list.append(...rows); else list.replaceChildren(...rows);
    shown = from + rows.length;
    more.hidden = shown >= told.count;
    say(told, told.count);
  }

  function say(told, count) {
    const far = told.done < told.total ? `indexing ${told.done} of ${told.total}` : '';
    state.textContent = [`${count ?? told.total} sites`, far].filter(Boolean).join(', ');
  }

  filter.addEventListener('input', () => load(0));
  more.addEventListener('click', () => load(shown));
  document.addEventListener('DOMContentLoaded', () => {
    window.policypagesPreview?.addEventListener('index', event => {
      if (event.detail.done < event.detail.total && list.children.length) say(event.detail); else load(0);
    });
  });
  load(0);
})();
