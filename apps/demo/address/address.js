// The address line of the whole page: one object that every tab's part of it shares, made by whichever comes first.
// It keeps what each tab shows (told by the server), where in it the visitor looks (told by the CTC view and the page's
// lines) and what is set there whatever it shows (sliders, switches), writes all of it into the address, and when the
// visitor goes back asks the server for what the address then says.
const address = window.zijianAddress ||= (() => {
  const CONTENT = ['sample', 'case', 'crop', 'engines', 'decoder', 'enhance', 'truth', 'page'];
  const PLACE = ['frame', 'zoom', 'line'];
  const SETTING = ['damage', 'rail'];
  const ONE_STEP_MS = 1500; // a tab that opens and what it then shows are one step back, not two
  const PATIENCE_MS = 8000;
  const THEME = 'zijian-theme';
  const shown = {}; // by tab: {keys, own, first}
  const places = {}; // by tab: {frame, zoom, line}
  const settings = {}; // by tab: {damage} or {rail}
  const listeners = {}; // by tab: told of settings, and of a line, that the visitor went back to
  const watchers = {}; // by tab: told that something else is shown
  let tab = '';
  let changedTab = 0;
  let following = null; // the tab that the address asks for, until it shows what it is to
  let go = null;

  const query = () => Object.fromEntries(new URLSearchParams(location.search));
  const only = (names, from) => Object.fromEntries(names.filter((name) => from[name]).map((name) => [name, from[name]]));
  const same = (one, other) => JSON.stringify(only(CONTENT, one)) === JSON.stringify(only(CONTENT, other));
  const tabOf = (asked) => asked.tab || (asked.case ? 'cases' : 'compare');
  const theme = () => (document.body.classList.contains('dark') ? 'dark' : 'light');

  function composed(whole) {
    const link = new URL(location.href);
    for (const name of ['tab', 'theme', ...CONTENT, ...PLACE, ...SETTING]) link.searchParams.delete(name);
    const now = shown[tab] || {keys: {}};
    const here = {...settings[tab], ...(now.own ? {} : places[tab])};
    const isPlain = now.first && !whole && !Object.keys(here).length;
    const keys = {...(isPlain ? {} : now.keys), ...here};
    const implied = tabOf(keys);
    if (tab && tab !== implied) link.searchParams.set('tab', tab);
    for (const [name, value] of Object.entries(keys)) link.searchParams.set(name, value);
    if (themeIsChosen()) link.searchParams.set('theme', theme());
    link.hash = '';
    // Slashes and commas need no escaping in a query, and are easier to read.
    for (const [escaped, plain] of [['%2F', '/'], ['%2C', ','], ['%40', '@'], ['%3A', ':']]) {
      link.search = link.search.replaceAll(escaped, plain);
    }
    return link;
  }

  function write(push) {
    if (following) return;
    const link = composed(false);
    if (link.search === location.search) return;
    const step = push && Date.now() - changedTab > ONE_STEP_MS;
    history[step ? 'pushState' : 'replaceState'](history.state, '', link);
  }

  function follow(asked) {
    following = asked;
    setTimeout(() => { if (following === asked) { following = null; write(false); } }, PATIENCE_MS);
  }

  function arrived() {
    following = null;
    write(false);
  }

  // ---- what tabs tell -------------------------------------------------------------------------------------------
  function show(name, told) {
    if (!told || !told.keys) return; // nothing yet
    const before = shown[name];
    const now = told;
    shown[name] = now;
    if (watchers[name]) watchers[name]();
    const asked = query();
    if (now.own && !(before && before.own)) places[name] = {}; // no link leads to it, so none says where to look
    else if (tabOf(asked) === name && same(asked, now.keys)) places[name] ||= only(PLACE, asked);
    else if (!before || !same(before.keys, now.keys) || before.own !== now.own) delete places[name];
    if (following && tabOf(following) === name) return arrived();
    if (name === tab) write(!now.first && !(before && before.own && now.keys.case));
  }

  function enter(name) {
    if (!name || name === tab) return;
    const first = tab === '';
    tab = name;
    if (following) {
      const wanted = tabOf(following);
      if (wanted === name && same(following, (shown[name] || {keys: {}}).keys)) arrived();
      return;
    }
    if (first) return;
    const link = composed(false);
    if (link.search !== location.search) history.pushState(history.state, '', link);
    changedTab = Date.now();
  }

  function look(name, place) {
    places[name] = only(PLACE, {line: (places[name] || {}).line, ...place}); // a view knows nothing of lines of a page
    if (!Object.keys(places[name]).length) delete places[name];
    if (name === tab) write(false);
  }

  function set(name, keys) {
    settings[name] = only(SETTING, keys);
    if (name === tab) write(false);
  }

  const settingsIn = (name) => settings[name] || {};
  const placeIn = (name) => places[name] || (tabOf(query()) === name ? only(PLACE, query()) : {});

  // ---- the visitor goes back or on ------------------------------------------------------------------------------
  addEventListener('popstate', () => {
    const asked = query();
    const name = tabOf(asked);
    const known = shown[name];
    const content = name === 'compare' && !known ? true : !same(asked, known && !known.first ? known.keys : {});
    places[name] = only(PLACE, asked);
    settings[name] = only(SETTING, asked);
    applyTheme(asked.theme);
    changedTab = 0;
    follow(asked);
    if (name === tab && !content) following = null;
    if (go) go({content});
    if (listeners[name]) listeners[name]({content});
  });

  // ---- theme ----------------------------------------------------------------------------------------------------
  let chosenTheme = '';
  const themeIsChosen = () => chosenTheme !== '';
  function applyTheme(wanted) {
    if (!['light', 'dark'].includes(wanted)) return;
    chosenTheme = wanted;
    document.body.classList.toggle('dark', wanted === 'dark');
  }
  function chooseTheme(wanted) {
    applyTheme(wanted);
    try { localStorage.setItem(THEME, wanted); } catch { /* then it lasts as long as the address */ }
    write(false);
  }
  const kept = () => { try { return localStorage.getItem(THEME); } catch { return ''; } };
  const told = query().theme;
  if (['light', 'dark'].includes(told)) applyTheme(told);
  else if (['light', 'dark'].includes(kept())) document.body.classList.toggle('dark', kept() === 'dark');

  // ---- which tab is open ----------------------------------------------------------------------------------------
  function openTab() {
    const open = [...document.querySelectorAll('#tabs [role="tabpanel"]')]
      .find((panel) => panel.id.startsWith('tab-') && getComputedStyle(panel).display !== 'none');
    return open ? open.id.slice(4) : '';
  }
  let looking = false;
  new MutationObserver(() => {
    if (looking) return;
    looking = true;
    requestAnimationFrame(() => { looking = false; enter(openTab()); });
  }).observe(document.body, {subtree: true, childList: true, attributes: true, attributeFilter: ['style', 'aria-selected']});
  const beginning = query();
  if (Object.keys(only(['tab', ...CONTENT], beginning)).length) follow(beginning);
  settings[tabOf(beginning)] = only(SETTING, beginning);
  enter(openTab());

  return {
    show, look, set, placeIn, settingsIn, theme, chooseTheme, arrived,
    onGo: (does) => { go = does; },
    onBack: (name, does) => { listeners[name] = does; },
    onShown: (name, does) => { watchers[name] = does; },
    link: () => ({href: composed(true).href, own: Boolean((shown[tab] || {}).own), tab}),
    tabOf: (element) => (element.closest('[role="tabpanel"]') || {id: 'tab-'}).id.slice(4),
  };
})();
