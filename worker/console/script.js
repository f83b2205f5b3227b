/**
 * Adds to the console's pages what needs a script: new leads without reloading, keys, copying, a status without a
 * new page. The pages work without it. It makes no markup from text, because the console's content policy forbids
 * that (Trusted Types).
 */
(() => {
  const root = document.documentElement;
  const find = (selector, within = document) => within.querySelector(selector);
  const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];
  root.classList.add('js');

  // A page from the back-forward cache is loaded anew, because its reader may have signed out.
  addEventListener('pageshow', event => {
    if (event.persisted) location.reload();
  });

  // Brings the present section and tab into sight, where a bar is wider than the screen. The page itself stays. It waits
  // for the first layout, because to ask for one sooner would keep the script from its end.
  const settled = new ResizeObserver(() => {
    settled.disconnect();
    for (const here of findAll('nav [aria-current=page]'))
      for (const bar of [here.closest('nav'), here.closest('ul')]) {
        const middle = here.getBoundingClientRect().left + here.offsetWidth / 2;
        bar.scrollLeft += middle - bar.getBoundingClientRect().left - bar.clientWidth / 2;
      }
  });
  settled.observe(root);

  const toast = find('.toast');
  let fading;
  function say(text) {
    toast.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => {
      toast.textContent = '';
    }, 4000);
  }

  // Copies a value. One that the browser refuses to copy stands before the button, and is selected for its reader.
  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      return true;
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      return document.execCommand('copy');
    }
  }
  for (const button of findAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const { copied, selected } = toast.dataset;
      say((await copy(button)) ? copied : selected);
    });
  }

  // Replaced where the page counts leads.
  let recount = () => {};

  // Saves status and assignee without a new page, so that what is open stays in place.
  async function change(address, fields, within) {
    const failed = within.closest('[data-failed]')?.dataset.failed ?? '';
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: { Accept: 'application/json' },
        body: new URLSearchParams(fields),
      });
      // The page says why: the session is over, or the lead is erased or held.
      const told = find('.lead[data-id]') ? [401, 404, 423] : [401];
      if (told.includes(response.status)) return location.reload();
      if (!response.ok) return say(failed);
      const { status, seen, slots, isLate, said } = await response.json();
      const lead = within.closest('[data-id]');
      if (status) {
        const chip = find('span.chip', lead);
        chip.className = `chip ${status}`;
        const box = find('[name=lead]', lead);
        if (box) box.value = box.value.replace(/\/\w+/, `/${status}`);
        for (const button of findAll('button[name=status]', lead))
          button.setAttribute('aria-pressed', button.value === status);
        find('.follow', lead).classList.toggle('late', Boolean(isLate));
        askWhy(lead, status);
      }
      if (seen !== undefined) {
        if (seen === fields.assigned_to) find('select[name=assigned_to]', lead).value = seen;
        for (const input of findAll('[name=assignee_seen]', lead)) input.value = seen;
      }
      for (const [name, text] of Object.entries(slots))
        find(name === 'chip' ? 'span.chip' : `.${name}`, lead).textContent = text;
      say(said);
      recount();
    } catch {
      say(failed);
    }
  }
  // Asks why a lead is closed, once it is; a lead that is opened again has no reason any more.
  function askWhy(lead, status) {
    const why = find('[data-why]', lead);
    if (!why) return;
    const wasOpen = why.hidden;
    why.hidden = status !== 'closed';
    if (why.hidden) for (const button of findAll('button', why)) button.setAttribute('aria-pressed', false);
    else if (wasOpen) find('button', why).focus();
  }
  for (const form of findAll('form[data-quiet]'))
    form.addEventListener('submit', event => {
      // A browser that does not tell which button was pressed sends the form as a page without a script does.
      if (!('submitter' in event)) return;
      event.preventDefault();
      const fields = Object.fromEntries(new FormData(form));
      if (event.submitter?.name) fields[event.submitter.name] = event.submitter.value;
      change(form.getAttribute('action'), fields, form);
    });

  // Asks for the status after a call, also where the browser has let go of the page meanwhile.
  const question = find('[data-ask]');
  if (question) {
    const form = question.closest('form');
    const lead = form.closest('[data-id]');
    const called = 'console-called';
    function ask(isOpen) {
      // What is hidden loses the focus, which then goes back to where the call began.
      if (!isOpen && question.contains(document.activeElement)) number?.focus();
      question.hidden = !isOpen;
      form.classList.toggle('asked', isOpen);
      if (!isOpen) return sessionStorage.removeItem(called);
      sessionStorage.setItem(called, lead.dataset.id);
      question.focus();
    }
    for (const link of findAll('a[href^="tel:"]', lead)) link.addEventListener('click', () => ask(true));
    find('button', question).addEventListener('click', () => ask(false));
    form.addEventListener('submit', () => ask(false));
    if (sessionStorage.getItem(called) === lead.dataset.id) ask(true);
  }

  // Dials on the page to which "Call" leads: at once where a finger pressed it, else by Enter.
  const dialling = 'console-dial';
  document.addEventListener('click', ({ target }) => {
    const lead = target.closest('.dial')?.closest('[data-id]');
    if (lead) sessionStorage.setItem(dialling, lead.dataset.id);
  });
  const number = findAll('.lead a[href^="tel:"]').find(link => link.getClientRects().length > 0);
  if (number) {
    if (sessionStorage.getItem(dialling) === number.closest('[data-id]').dataset.id)
      matchMedia('(pointer: coarse)').matches ? number.click() : number.focus();
    sessionStorage.removeItem(dialling);
  }

  // Keeps the place: of an act on its page, of the lead that was open in the list, where keys then begin.
  const acted = 'console-acted';
  const seen = 'console-seen';
  const shown = find('.lead[data-id]');
  if (shown) sessionStorage.setItem(seen, shown.dataset.id);
  document.addEventListener('submit', ({ target, submitter, defaultPrevented }) => {
    for (const alert of findAll('[role=alert]')) alert.remove();
    const action = submitter?.getAttribute('formaction') ?? target.getAttribute('action');
    const isPosted = target.method === 'post' && !defaultPrevented;
    sessionStorage.setItem(acted, JSON.stringify([location.pathname, action, submitter?.value ?? '', isPosted]));
  });
  const [path, action, value, isPosted] = JSON.parse(sessionStorage.getItem(acted) ?? '[]');
  sessionStorage.removeItem(acted);
  if (path === location.pathname && document.activeElement === document.body && !find('[autofocus]')) {
    const buttons = findAll('main form button').filter(button => button.form.getAttribute('action') === action);
    const same = buttons.find(one => one.value === value);
    // What is folded takes no focus.
    for (const place of [same, buttons[0], number, find('main .notice[role=status]')])
      if (document.activeElement === document.body) place?.focus();
  }

  // "Back" and "forward" pass over what an act that came back to its page has left behind, because that is the same page,
  // older. Where a browser does not tell its entries, each stays a step.
  const passed = 'console-passed';
  const { activation } = window.navigation ?? {};
  if (activation?.from) {
    const { entry, from, navigationType } = activation;
    const left = JSON.parse(sessionStorage.getItem(passed) ?? '[]');
    if (isPosted && path === location.pathname && navigationType === 'push')
      sessionStorage.setItem(passed, JSON.stringify([...left, from.key]));
    if (navigationType === 'traverse') {
      const step = from.index > entry.index ? -1 : 1;
      const entries = navigation.entries();
      let at = entry.index;
      while (left.includes(entries[at]?.key)) at += step;
      if (entries[at] && at !== entry.index) navigation.traverseTo(entries[at].key);
    }
  }

  // Listens to keys: never while typing, never with a modifier, and not at all where a person has switched them off.
  const help = find('dialog.keys');
  const setting = 'console-keys';
  const statuses = ['new', 'contacted', 'qualified', 'closed'];
  if (help) {
    const box = find('[data-keys]');
    box.checked = localStorage.getItem(setting) !== 'off';
    box.addEventListener('change', () => localStorage.setItem(setting, box.checked ? 'on' : 'off'));
    const opener = find('[data-help]');
    opener.hidden = false;
    opener.addEventListener('click', showHelp);
    document.addEventListener('keydown', event => {
      const { key, target } = event;
      const opened = target.closest('details.account[open], details.filters[open]');
      // The first press empties the field, as browsers do; the next one leaves it.
      if (key === 'Escape' && target.matches('[type=search]') && !target.value) target.blur();
      if (key === 'Escape' && !opened && !help.open && !target.closest('input:not([type=checkbox])'))
        tick(findAll('[name=lead]'), false);
      if (key === 'Escape' && opened) {
        opened.open = false;
        return find('summary', opened).focus();
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
      if (!box.checked || target.closest('input:not([type=checkbox]), select, textarea')) return;
      if (press(key, target)) event.preventDefault();
    });
  }
  // Browsers before <dialog> show the list in the page.
  function showHelp() {
    if (help.showModal) help.showModal();
    else help.toggleAttribute('open');
  }
  function press(key, target) {
    if (key === '?') {
      showHelp();
      return true;
    }
    if (key === 'j' || key === 'k') {
      const names = findAll('.leads .name');
      const current = target.closest('.leads > li');
      const at = current ? names.indexOf(find('.name', current)) : -1;
      const last = findAll('.leads [data-id]').findIndex(one => one.dataset.id === sessionStorage.getItem(seen));
      const next = names[at < 0 ? Math.max(0, last) : at + (key === 'j' ? 1 : -1)];
      next?.focus();
      return Boolean(next);
    }
    const line = target.closest('.leads > li');
    const within = line && { x: '[name=lead]', c: '.dial' }[key];
    const chosen = within && find(within, line);
    if (chosen) {
      chosen.click();
      return true;
    }
    const row = target.closest('[data-failed] .leads [data-id]');
    if (row && statuses[key - 1]) {
      change(`/console/leads/${row.dataset.id}/status`, { status: statuses[key - 1] }, row);
      return true;
    }
    const wanted = findAll('[data-key]').find(one => one.dataset.key === key);
    if (!wanted) return false;
    if ('focus' in wanted.dataset) wanted.focus();
    else wanted.click();
    return true;
  }
  document.addEventListener('click', event => {
    for (const opened of findAll('details.account[open], details.filters[open]'))
      if (!opened.contains(event.target)) opened.open = false;
  });

  // Shows what can be done to several leads once one is selected. Shift selects all between it and the one before.
  const several = find('.several');
  const all = find('[data-all]');
  let latest;
  function tick(boxes, isTicked) {
    for (const box of boxes) box.checked = isTicked;
    countTicked();
  }
  function countTicked() {
    if (!several) return;
    const boxes = findAll('[name=lead]');
    for (const box of boxes) box.closest('li').classList.toggle('chosen', box.checked);
    const count = boxes.filter(box => box.checked).length;
    const text = find('[data-chosen]', several);
    several.classList.toggle('some', count > 0);
    text.textContent = text.dataset.chosen.replace('{n}', count);
    const box = find('input', all);
    box.checked = count === boxes.length;
    box.indeterminate = count > 0 && count < boxes.length;
  }
  // Folds what can be done where there is no room for it, and opens it where there is.
  const compact = find('[data-compact]');
  if (compact) {
    const narrow = matchMedia('(max-width: 40rem)');
    const fold = () => {
      compact.open = !narrow.matches;
    };
    fold();
    narrow.addEventListener?.('change', fold);
  }
  if (several) {
    all.hidden = false;
    find('input', all).addEventListener('change', event => tick(findAll('[name=lead]'), event.target.checked));
    document.addEventListener('click', event => {
      if (!event.target.matches('[name=lead]')) return;
      const boxes = findAll('[name=lead]');
      const [from, to] = [boxes.indexOf(latest), boxes.indexOf(event.target)];
      if (event.shiftKey && from >= 0)
        tick(boxes.slice(Math.min(from, to), Math.max(from, to) + 1), event.target.checked);
      latest = event.target;
      countTicked();
    });
    countTicked();
  }

  // Takes the offer to undo away when its time is over, but not from under a finger.
  for (const offer of findAll('[data-fade]')) {
    const fade = () => (offer.matches(':focus-within, :hover') ? setTimeout(fade, 1000) : offer.remove());
    setTimeout(fade, offer.dataset.fade);
  }

  // Rewrites relative times, because they age while the page is open.
  function tellTimes() {
    const words = new Intl.RelativeTimeFormat(root.lang, { numeric: 'auto', style: 'short' });
    for (const time of findAll('time[title][datetime]')) {
      const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000));
      if (!(minutes < 20160)) continue;
      time.textContent =
        minutes < 60
          ? words.format(-minutes, 'minute')
          : minutes < 1440
            ? words.format(-Math.floor(minutes / 60), 'hour')
            : words.format(-Math.floor(minutes / 1440), 'day');
    }
  }
  setInterval(tellTimes, 30000);

  // Asks for new leads while the page is visible, less and less often while none come.
  const list = find('[data-arrivals]');
  const soon = 5000;
  if (list) {
    recount = () => ask();
    let delay = soon;
    let timer;
    async function ask() {
      clearTimeout(timer);
      if (document.hidden) return;
      const query = new URLSearchParams(location.search);
      query.set('after', list.dataset.arrivals);
      try {
        const response = await fetch(`/console/arrivals?${query}`, { headers: { Accept: 'application/json' } });
        if (response.status === 401) return location.reload();
        if (!response.ok) throw 0;
        const { rows, counts, after } = await response.json();
        tellCounts(counts);
        if (after) list.dataset.arrivals = after;
        const added = rows.filter(insert).length;
        if (added > 0) say(list.dataset.arrived.replace('{n}', added));
        delay = added > 0 ? soon : Math.min(delay * 1.5, 30000);
      } catch {
        delay = Math.min(delay * 2, 300000);
      }
      timer = setTimeout(ask, delay);
    }
    function tellCounts(counts) {
      for (const tab of findAll('[data-tab]')) tab.textContent = counts[tab.dataset.tab] ?? '';
      if (!find('[data-tab=new]')) return;
      const fresh = Number.parseInt(counts.new, 10) > 0 ? `(${counts.new}) ` : '';
      document.title = fresh + document.title.replace(/^\(\d+\+?\) /, '');
    }
    function insert(row) {
      const leads = find('.leads', list);
      if (find(`[data-id="${row.id}"]`, leads)) return false;
      const item = find('template', list).content.firstElementChild.cloneNode(true);
      item.dataset.id = row.id;
      item.classList.add('arrived');
      for (const [name, text] of Object.entries(row.slots)) find(`.${name}`, item).textContent = text;
      find('.chip', item).className = `chip ${row.status}`;
      const box = find('[name=lead]', item);
      box.value = row.seen;
      const whose = `${row.slots.name} ${row.slots.company}`;
      box.setAttribute('aria-label', `${box.getAttribute('aria-label')} ${whose}`);
      const dial = find('.dial', item);
      if (dial) {
        dial.formAction = dial.formAction.replace('//call', `/${row.id}/call`);
        dial.setAttribute('aria-label', `${dial.getAttribute('aria-label')} ${whose}`);
      }
      find('.name', item).pathname = `/console/leads/${row.id}`;
      const time = find('time', item);
      time.dateTime = row.received_at;
      time.title = row.exact;
      leads.prepend(item);
      find('.empty')?.remove();
      return true;
    }
    timer = setTimeout(ask, delay);
    document.addEventListener('visibilitychange', () => {
      delay = soon;
      if (!document.hidden) ask();
    });
  }
})();
