// Draws the signup form into every <div data-newsletter="slug">, in a shadow root: the site's styles do
// not reach it, and it leaves nothing behind. Whatever the div held is what people without scripts see.
(() => {
  'use strict';
  const facts = /*facts*/ {};
  const rules = `
:host{display:block;color-scheme:light;${facts.colours.light}}
@media (prefers-color-scheme:dark){:host(:not([data-scheme=light])){color-scheme:dark;${facts.colours.dark}}}
:host([data-scheme=dark]){color-scheme:dark;${facts.colours.dark}}
section{border-top:2px solid var(--rule);background:var(--card);color:var(--ink);padding:20px;font:17px/1.55 system-ui,sans-serif;text-align:start}
*{box-sizing:border-box}
h2{margin:0 0 4px;font:700 24px/1.25 Georgia,serif}.footer h2{font-size:20px}
p{margin:0 0 14px}label{display:block;font-weight:600;margin-block-end:4px}
form>div{display:flex;flex-wrap:wrap;gap:10px}
input{flex:1 1 220px;min-width:0;min-height:48px;padding:10px 12px;border:1px solid var(--edge);border-radius:4px;background:var(--page);color:var(--ink);font:inherit}
input[aria-invalid=true]{border:2px solid var(--err)}
button{min-height:48px;padding:10px 22px;border:1px solid transparent;border-radius:4px;background:var(--btn);color:var(--btn-ink);font:inherit;font-weight:700;cursor:pointer}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
small{display:block;margin-block-start:10px;font-size:14px;line-height:1.5;color:var(--mute)}
.error{margin:6px 0 0;color:var(--err);font-weight:600}
.done{border-inline-start:4px solid var(--ok);padding-inline-start:12px;margin:0}
.done:focus{outline:none}`;

  const make = (name, attributes, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };

  const follow = (host) => {
    const site = host.closest('[data-theme]');
    host.dataset.scheme = host.dataset.colours || (site && site.dataset.theme) || 'auto';
  };

  const draw = async (host) => {
    const address = `${facts.base}/subscribe/${encodeURIComponent(host.dataset.newsletter)}`;
    const answer = await fetch(`${facts.base}/embed/${encodeURIComponent(host.dataset.newsletter)}.json`);
    if (!answer.ok) return;
    const words = await answer.json();
    const email = make('input', {id: 'email', name: 'email', type: 'email', inputmode: 'email',
      autocomplete: 'email', autocapitalize: 'none', spellcheck: 'false', maxlength: '254',
      required: '', 'aria-describedby': 'consent error'});
    const error = make('p', {class: 'error', id: 'error', role: 'alert', hidden: ''});
    const button = make('button', {type: 'submit'}, 'Sign up');
    const form = make('form', {method: 'post', action: address, novalidate: ''},
      make('label', {for: 'email'}, 'E-mail address'), make('div', {}, email, button), error,
      make('small', {id: 'consent'}, words.consent));
    const box = make('section', {'aria-labelledby': 'heading', lang: words.language,
      class: host.dataset.variant || 'inline'},
      make('h2', {id: 'heading'}, words.name), make('p', {}, words.description), form);

    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      button.disabled = true;
      let said = {message: 'That did not work. Please try again in a minute.'};
      let status = 0;
      try {
        const reply = await fetch(address, {method: 'POST', headers: {'Content-Type': 'application/json'},
          body: JSON.stringify({email: email.value, form: words.form, sure: words.sure}), credentials: 'omit'});
        status = reply.status;
        if ([202, 422, 429].includes(status)) Object.assign(words, said = await reply.json());
      } catch { /* the sentence above says it */ }
      button.disabled = false;
      if (status === 202) {
        const done = make('p', {class: 'done', role: 'status', tabindex: '-1'}, said.message);
        form.replaceWith(done);
        done.focus();
      } else {
        error.textContent = said.message;
        error.hidden = false;
        email.setAttribute('aria-invalid', 'true');
        email.focus();
      }
    });

    const root = host.attachShadow({mode: 'open'});
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    root.adoptedStyleSheets = [sheet];
    root.append(box);
    follow(host);
    new MutationObserver(() => follow(host)).observe(document.documentElement,
      {attributes: true, attributeFilter: ['data-theme'], subtree: true});
  };

  const start = () => document.querySelectorAll('[data-newsletter]').forEach((host) => {
    if (!host.shadowRoot) draw(host).catch(() => {});
  });
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
