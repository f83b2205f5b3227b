/**
 * Script of the demo's own analytics. It counts pages in the cookie `demo_visits`, tells the visitor the number,
 * and sends nothing.
 */
export const visits = `(function () {
  var found = /(?:^|; )demo_visits=(\\d+)/.exec(document.cookie);
  var count = (found ? Number(found[1]) : 0) + 1;
  var secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = 'demo_visits=' + count + '; Path=/; Max-Age=2592000; SameSite=Lax' + secure;
  var note = document.querySelector('[data-demo-visits]');
  if (!note) return;
  note.textContent = note.getAttribute('data-demo-visits').replace('{count}', count);
  note.hidden = false;
  var consent = window.leadConsent;
  if (consent) consent.onChange(function () { note.hidden = !consent.has('analytics'); });
})();
`;
