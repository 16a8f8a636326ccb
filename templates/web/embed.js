// Draws the signup form into every <div data-newsletter="slug">, in a shadow root: the site's styles do
// not reach it, and it leaves nothing behind. Whatever the div held is what people without scripts see.
// It also gives frames with the form in them the height they ask for, and tells them the site's scheme.
(() => {
  'use strict';
  const base = /*base*/ '';
  const article = document.querySelector('link[rel=canonical]') || {href: location.origin + location.pathname};
  const make = (name, attributes, ...inside) => {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    made.append(...inside);
    return made;
  };
  const theme = (element) => element.closest('[data-theme]')?.dataset.theme || 'auto';
  const follow = (host) => {
    host.dataset.scheme = host.dataset.colours || theme(host);
  };
  const tell = (frame) => {  // which cannot see the switch of the page around it
    if (frame.src.startsWith(`${base}/embed/`)) frame.contentWindow.postMessage({mailerTheme: theme(frame)}, base);
  };
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const post = async (address, words, email) => {
    try {
      const reply = await fetch(address, {method: 'POST', headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({email, return_to: article.href, form: words.form, sure: words.sure, altcha: words.proof})});
      return [reply.status, await reply.json()];
    } catch {
      return [0, {message: words.failed}];
    }
  };
  const send = async (address, words, email) => {
    let [status, said] = await post(address, words, email);
    words.form = said.form || words.form;
    words.sure = said.sure;
    if (said.status === 'proof') {  // a flood of signups: a moment of computing for each
      const {solve} = await import(`${base}/proof.js`);
      words.proof = await solve(said.challenge);
      [status, said] = await post(address, words, email);
    }
    if (said.status === 'again') {  // the page was open for hours, or a quick hand: not the reader's trouble
      await new Promise((done) => setTimeout(done, words.wait));
      [status, said] = await post(address, words, email);
    }
    return [status, said];
  };
  const draw = async (host) => {
    const {newsletter, variant, heading, accent} = host.dataset;
    const slug = encodeURIComponent(newsletter);
    const answer = await fetch(`${base}/embed/${slug}.json?accent=${accent || ''}`);
    if (!answer.ok || host.shadowRoot) return;
    const words = await answer.json();
    const address = `${base}/subscribe/${slug}`;
    const email = make('input', {id: 'email', name: 'email', type: 'email', inputmode: 'email',
      autocomplete: 'email', autocapitalize: 'none', spellcheck: 'false', maxlength: '254',
      required: '', 'aria-describedby': 'consent error'});
    const error = make('p', {id: 'error', role: 'alert'});
    const button = make('button', {type: 'submit'}, words.button);
    const form = make('form', {method: 'post', action: address, novalidate: ''},
      make('label', {for: 'email'}, words.label), make('div', {}, email, button), error,
      make('small', {id: 'consent'}, words.consent));
    if (words.privacy) form.lastChild.append(' ', make('a', {href: words.privacy[0]}, words.privacy[1]));
    const box = make('section', {'aria-labelledby': 'heading', lang: words.language, dir: words.dir,
      class: variant || 'inline'}, make(/^h[2-6]$/.test(heading) ? heading : 'h2', {id: 'heading'},
      words.name), make('p', {}, words.description), form);
    let busy = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      button.setAttribute('aria-disabled', 'true');
      const [status, said] = await send(address, words, email.value);
      busy = false;
      button.removeAttribute('aria-disabled');
      if (status === 202) {
        const done = make('p', {role: 'status', tabindex: '-1'}, said.message, ' ',
          make('a', {href: address}, words.again));
        form.replaceWith(done);
        done.focus();
      } else {
        error.textContent = said.message;
        email.setAttribute('aria-invalid', 'true');
        email.focus();
      }
    });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(words.css);
    const root = host.attachShadow({mode: 'open'});
    root.adoptedStyleSheets = [sheet];
    root.append(box);
    follow(host);
  };
  const start = () => all('[data-newsletter]', (host) => {
    if (!host.shadowRoot) draw(host).catch(() => {});
  });
  new MutationObserver(() => {
    all('[data-newsletter]', follow);
    all('iframe', tell);
  }).observe(document.documentElement, {attributes: true, attributeFilter: ['data-theme'], subtree: true});
  addEventListener('message', ({origin, source, data}) => {
    if (origin !== base || !data || !(data.mailerHeight > 0)) return;
    all('iframe', (frame) => {
      if (frame.contentWindow !== source) return;
      frame.height = Math.ceil(data.mailerHeight);
      tell(frame);
    });
  });
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
