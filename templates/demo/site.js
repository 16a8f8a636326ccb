// The theme switch: follows the system until somebody chooses, and remembers the choice.
"use strict";
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme:dark)");
const remembered = localStorage.getItem("theme");
if (remembered) root.dataset.theme = remembered;

const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("[data-theme-switch]");
  const label = () => (button.textContent = isDark() ? "Light Mode" : "Dark Mode");
  // A form in a frame cannot see this page's choice; it is told by its address.
  const tellFrames = () => {
    for (const frame of document.querySelectorAll("[data-follows-theme]")) {
      const address = new URL(frame.src);
      address.searchParams.set("scheme", root.dataset.theme || "auto");
      if (address.href !== frame.src) frame.src = address.href;
    }
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
    label();
    tellFrames();
  });
  system.addEventListener("change", label);
  label();
  tellFrames();
});
