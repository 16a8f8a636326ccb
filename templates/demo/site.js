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
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
    label();
  });
  system.addEventListener("change", label);
  label();
});
