// Keeps the list fresh without moving what one is looking at; j and k go through it.
"use strict";
const list = document.querySelector("[data-list]");
let shown = null;

async function refresh() {
  try {
    const answer = await fetch(list.dataset.list, { cache: "no-cache" });
    if (!answer.ok) return;
    const html = await answer.text();
    if (html === shown) return;
    shown = html;
    replace(html);
  } catch {
    // The inbox has ended, or is being started again: the next look tells.
  }
}

function replace(html) {
  const focused = list.contains(document.activeElement)
    ? document.activeElement.getAttribute("href")
    : null;
  const first = list.querySelector("li");
  const before = { top: list.scrollTop, height: list.scrollHeight };
  list.innerHTML = html;
  if (before.top > 0 && first) list.scrollTop = before.top + list.scrollHeight - before.height;
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

document.addEventListener("keydown", (press) => {
  if (press.altKey || press.ctrlKey || press.metaKey) return;
  const step = { j: 1, k: -1 }[press.key];
  if (!step) return;
  const links = [...list.querySelectorAll("li a")];
  const here = links.findIndex((link) => link.getAttribute("aria-current"));
  links[here < 0 ? 0 : here + step]?.click();
});

list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
refresh();
setInterval(refresh, 1500);
