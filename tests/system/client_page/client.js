// A small client that treats guildhall as the web client does: the same addresses, tokens in local
// storage, a refresh after any 401, members read and shown. `settings.js` says where the API is.
'use strict';

const page = document.getElementById('page');
const tokens = {
  get access() { return localStorage.getItem('accessToken'); },
  get refresh() { return localStorage.getItem('refreshToken'); },
  store(access, refresh) {
    localStorage.setItem('accessToken', access);
    if (refresh) localStorage.setItem('refreshToken', refresh);
  },
  clear() {
    localStorage.removeItem('accessToken');
    localStorage.removeItem('refreshToken');
  },
};

function send(method, path, body) {
  const headers = { 'Content-Type': 'application/json' };
  if (tokens.access) headers.Authorization = `Bearer ${tokens.access}`;
  return fetch(window.apiUrl + path, { method, headers, body: body && JSON.stringify(body) });
}

async function refresh() {
  if (!tokens.refresh) return false;
  const answer = await send('POST', '/auth/refresh', { refreshToken: tokens.refresh });
  const body = await answer.json();
  if (!body.success) return false;
  tokens.store(body.data.accessToken); // the refresh token stays the old one
  return true;
}

async function call(method, path, body) {
  let answer = await send(method, path, body);
  for (let tries = 0; answer.status === 401 && tries < 3; ++tries) {
    if (!(await refresh())) break;
    answer = await send(method, path, body);
  }
  const parsed = await answer.json();
  if (!parsed.success) throw new Error(parsed.error.message);
  return parsed.data;
}

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function show(...elements) {
  page.replaceChildren(...elements);
  page.setAttribute('data-shown', location.pathname);
}

let user = null;

async function start() {
  if (!tokens.access) return;
  try {
    user = await call('GET', '/auth/me');
    document.getElementById('who').textContent = user.battletag;
  } catch {
    tokens.clear();
  }
}

function loginPage() {
  const button = element('button', 'Log in with Battle.net', { id: 'log-in' });
  button.onclick = async () => {
    const answer = await send('GET', '/auth/login?region=eu');
    location.href = (await answer.json()).data.authUrl;
  };
  show(element('h1', 'Log in'), button);
}

function callbackPage() {
  const fields = new URLSearchParams(location.hash.slice(1));
  if (!fields.get('accessToken') || !fields.get('refreshToken')) return go('/login');
  tokens.store(fields.get('accessToken'), fields.get('refreshToken'));
  return start().then(() => go('/dashboard'));
}

function link(path, text, attributes) {
  const made = element('a', text, { href: path, ...attributes });
  made.onclick = (event) => {
    event.preventDefault();
    go(path);
  };
  return made;
}

async function dashboardPage() {
  const guilds = await call('GET', '/guilds/user');
  show(element('h1', 'Your guilds'), ...guilds.map((guild) => {
    const card = element('section', '', { class: 'guild' });
    card.append(
      link(`/guild/${guild.id}`, guild.guild_data_json.name, { class: 'title' }),
      element('span', `${guild.guild_data_json.member_count} members`, { class: 'count' }));
    if (guild.is_guild_master)
      card.append(link(`/guild/${guild.id}/manage`, 'Manage', { class: 'manage' }));
    return card;
  }));
}

async function guildPage(id) {
  const guild = await call('GET', `/guilds/id/${id}`);
  const [members, ranks] = await Promise.all([
    call('GET', `/guilds/${id}/classified-roster`), call('GET', `/guilds/${id}/ranks`)]);
  const names = new Map(ranks.map((rank) => [rank.rank_id, rank.rank_name]));
  const rows = members
    .sort((a, b) => a.character.name.toLowerCase().localeCompare(b.character.name.toLowerCase()))
    .map((member) => {
      const row = element('tr', '', { class: 'member' });
      row.append(
        element('td', member.character.name, { class: 'name' }),
        element('td', member.character.class),
        element('td', names.get(member.rank)),
        element('td', member.classification),
        element('td', member.character.profile_json?.active_spec?.name ?? ''));
      return row;
    });
  const table = element('table', '');
  table.append(...rows);
  show(
    element('h1', guild.name), element('p', guild.region.toUpperCase(), { id: 'region' }), table);
}

function go(path) {
  history.pushState(null, '', path);
  return route();
}

async function route() {
  const path = location.pathname;
  if (path === '/auth/callback') return callbackPage();
  if (!user) {
    if (path !== '/login') return go('/login');
    return loginPage();
  }
  try {
    if (/^\/guild\/\d+$/.test(path)) return await guildPage(path.split('/')[2]);
    return await dashboardPage();
  } catch (error) {
    return show(element('p', error.message, { class: 'error' }));
  }
}

window.onpopstate = route;
start().then(route);
