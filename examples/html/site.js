// `leadConsent` is there once widget.js has run: both scripts are deferred, and so run in their order.
const { leadConsent } = window;

function show() {
  const is = leadConsent.has('analytics') ? 'is counted' : 'is not counted';
  document.querySelector('#counted').textContent = `This visit ${is}.`;
}

leadConsent.ready.then(show);
leadConsent.onChange(show);
