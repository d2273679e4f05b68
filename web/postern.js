// Keys, and how a reader wants pages to look. Every page works without it, and nothing
// of it leaves the browser.
(() => {
	const root = document.documentElement;
	const one = (s, e = document) => e.querySelector(s);
	const all = (s, e = document) => [...e.querySelectorAll(s)];
	const list = location.pathname.split('/')[2];

	// localStorage may be refused, and then throws
	const kept = name => { try { return localStorage[name]; } catch { return ''; } };
	const keep = (name, value) => { try { localStorage[name] = value; } catch { /* for this page, then */ } };

	const isDark = () => (root.dataset.scheme || (matchMedia('(prefers-color-scheme:dark)').matches ? 'dark' : '')) === 'dark';
	const setScheme = scheme => { if (scheme) root.dataset.scheme = scheme; };
	const setMono = on => {
		root.toggleAttribute('data-mono', on);
		all('[data-do=mono]').forEach(b => b.setAttribute('aria-pressed', on));
	};

	const keys = one('#keys');
	const acts = {
		scheme() { setScheme(isDark() ? 'light' : 'dark'); keep('scheme', root.dataset.scheme); },
		mono() { const on = !root.hasAttribute('data-mono'); setMono(on); keep(`mono ${list}`, on ? 1 : ''); },
		keys() { if (!keys.open) keys.showModal(); },
		close() { keys.close(); },
	};

	const items = () => all('article.msg, .threads > li, .hits > li');
	const current = () => document.activeElement.closest('article.msg, .threads > li, .hits > li');

	// The item after or before the one in hand, else the first that the window shows.
	function step(by) {
		const row = items(), at = row.indexOf(current());
		const to = at < 0 ? row.find(x => x.getBoundingClientRect().bottom > 0) : row[at + by];
		if (!to) return;
		const focus = to.matches('article') ? to : one('a', to);
		if (focus === to) to.tabIndex = -1;
		focus.focus({ preventScroll: true });
		to.scrollIntoView({ block: to.matches('article') ? 'start' : 'nearest' });
	}

	function fold() {
		const folds = all('details', current() || document);
		const open = folds.some(x => !x.open);
		folds.forEach(x => { x.open = open; });
	}

	function search() {
		const field = one('main input[type=search]');
		const home = all('.crumb a')[1];
		if (field) field.focus();
		else location = home ? new URL('search', home.href) : '/lists/search';
	}

	const does = {
		j: () => step(1), k: () => step(-1), o: fold, '/': search, '?': acts.keys,
		u: () => all('.crumb a').pop()?.click(),
	};

	addEventListener('keydown', e => {
		const link = /^[jknpu]$/.test(e.key) && one(`a[data-k=${e.key}]`);
		if (e.ctrlKey || e.altKey || e.metaKey || keys.open) return;
		if (e.target.closest('input, select, textarea, [contenteditable]') || !(link || does[e.key])) return;
		e.preventDefault();
		if (link) link.click();
		else does[e.key]();
	});
	addEventListener('click', e => acts[e.target.dataset?.do]?.());
	addEventListener('beforeprint', () => all('.body details').forEach(x => { x.open = true; }));

	setScheme(kept('scheme'));
	setMono(!!kept(`mono ${list}`));
	all('[data-do][hidden], .tools').forEach(x => { x.hidden = false; });
})();
