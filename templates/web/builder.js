// Shows a choice as soon as it is made, and copies the snippet. Without it the form's button shows it.
const form = document.querySelector('.choose');
const said = document.getElementById('said');
const made = () => document.getElementById('made');
const ready = () => {
  made().querySelector('#copy').hidden = false;
};
let asked = 0;
form.addEventListener('change', async () => {
  const number = ++asked;
  const query = `?${new URLSearchParams(new FormData(form))}`;
  const page = await (await fetch(query)).text();
  if (number !== asked) return;
  const found = new DOMParser().parseFromString(page, 'text/html').getElementById('made');
  if (!found) return form.submit();
  history.replaceState(null, '', query);
  made().replaceWith(document.adoptNode(found));
  ready();
  const remark = document.getElementById('remark');
  said.textContent = remark ? remark.textContent : 'The snippet and the preview are as you chose.';
});
document.addEventListener('click', async ({target}) => {
  if (target.id !== 'copy') return;
  const text = document.getElementById('snippet');
  try {
    await navigator.clipboard.writeText(text.value);
  } catch {
    text.select();
    document.execCommand('copy');
    target.focus();
  }
  said.textContent = 'Copied.';
});
ready();
